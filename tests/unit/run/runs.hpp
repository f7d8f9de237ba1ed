#pragma once

// Runs with the fakes, and what cases look at afterwards.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

#include "fakes.hpp"

namespace skillrun::test {

inline ContainerSpec plain_spec() {
  ContainerSpec spec;
  spec.skill = "tool";
  const auto image = parse_image_reference("example.org/tool:1");
  REQUIRE(image);
  spec.image.value = *image;
  return spec;
}

inline ApprovedSpec approve(ContainerSpec spec) {
  auto approved = admit(*Policy::builtin("privileged"), std::move(spec), LexicalHost());
  REQUIRE(approved);
  return std::move(*approved);
}

inline int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 512; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) ++count;
  }
  return count;
}

/// Reads a descriptor to its end in a thread of its own.
class Reader {
 public:
  explicit Reader(UniqueFd fd) : fd_(std::move(fd)), thread_([this] { read(); }) {}
  ~Reader() {
    if (thread_.joinable()) thread_.join();
  }
  std::string text() {
    thread_.join();
    return std::move(text_);
  }

 private:
  void read() {
    std::array<char, 65536> buffer{};
    for (ssize_t count = 1; count > 0;) {
      count = ::read(fd_.get(), buffer.data(), buffer.size());
      if (count > 0) text_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  UniqueFd fd_;
  std::string text_;
  std::thread thread_;
};

/// Bytes without a pattern that a mistake in copying could hide behind.
inline std::string noise(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 0x9E3779B9;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

/// A run with the fake engine.
struct Run {
  FakeEngine engine;
  RunControl control;
  RunIo io{.input = -1, .output = -1, .error = -1, .capture = true};
  RunOptions options;
  ContainerSpec spec = plain_spec();

  RunResult go() { return execute(engine, approve(spec), io, control, options); }
};

}  // namespace skillrun::test
