#include <doctest/doctest.h>

#include <string>

#include "engine/stream_frames.hpp"

using namespace skillrun;
using namespace std::string_literals;

namespace {

std::string frame(char stream, const std::string& payload) {
  std::string out{stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((payload.size() >> shift) & 0xff);
  return out + payload;
}

struct Streams {
  std::string output;
  std::string error;
  bool ok = true;
};

void decode(FrameDecoder& decoder, std::string_view chunk, Streams& into) {
  while (into.ok) {
    auto piece = decoder.next(chunk);
    into.ok = piece.has_value();
    if (!piece || !*piece) return;
    ((*piece)->stream == OutputStream::output ? into.output : into.error) += (*piece)->bytes;
  }
}

}  // namespace

TEST_CASE("frames are put together wherever the stream is split") {
  const std::string stream = frame(1, "hello") + frame(2, "oops") + frame(1, "") + frame(1, " world") + frame(2, "!"s);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      FrameDecoder decoder;
      Streams streams;
      decode(decoder, std::string_view(stream).substr(0, first), streams);
      decode(decoder, std::string_view(stream).substr(first, second - first), streams);
      decode(decoder, std::string_view(stream).substr(second), streams);
      REQUIRE(streams.ok);
      REQUIRE(streams.output == "hello world");
      REQUIRE(streams.error == "oops!");
      REQUIRE(decoder.at_boundary());
    }
  }
}

TEST_CASE("one byte at a time gives the same streams") {
  const std::string stream = frame(2, "\0\1\2"s) + frame(1, std::string(300, 'x'));
  FrameDecoder decoder;
  Streams streams;
  for (const char& byte : stream) decode(decoder, {&byte, 1}, streams);
  CHECK(streams.output == std::string(300, 'x'));
  CHECK(streams.error == "\0\1\2"s);
}

TEST_CASE("a payload is not copied") {
  const std::string stream = frame(1, "payload");
  FrameDecoder decoder;
  std::string_view input = stream;
  const auto piece = decoder.next(input);
  REQUIRE(piece);
  REQUIRE(*piece);
  CHECK((*piece)->bytes.data() == stream.data() + 8);
}

TEST_CASE("echoed input belongs to the output") {
  FrameDecoder decoder;
  Streams streams;
  decode(decoder, frame(0, "typed"), streams);
  CHECK(streams.output == "typed");
}

TEST_CASE("a stream that is cut is noticed at its end") {
  const std::string stream = frame(1, "hello");
  for (std::size_t size = 1; size < stream.size(); ++size) {
    FrameDecoder decoder;
    Streams streams;
    decode(decoder, std::string_view(stream).substr(0, size), streams);
    CHECK(streams.ok);
    CHECK_FALSE(decoder.at_boundary());
  }
}

TEST_CASE("what is not a frame is an error, and stays one") {
  const auto broken = {"\x03\0\0\0\0\0\0\1x"s, "HTTP/1.1 500"s, "\x01\0\1\0\0\0\0\1x"s, "\x01\0\0\0\xff\xff\xff\xff"s,
                       "\x01\0\0\0\x04\0\0\1"s};
  for (const std::string& bytes : broken) {
    FrameDecoder decoder;
    std::string_view input = bytes;
    const auto first = decoder.next(input);
    REQUIRE_FALSE(first);
    CHECK(first.error().kind == EngineError::Kind::protocol);
    const std::string good = frame(1, "a");
    std::string_view after = good;
    CHECK_FALSE(decoder.next(after));
  }
}

TEST_CASE("the longest frame is believed") {
  FrameDecoder decoder;
  Streams streams;
  decode(decoder, "\x01\0\0\0\x04\0\0\0abc"s, streams);
  CHECK(streams.ok);
  CHECK(streams.output == "abc");
}
