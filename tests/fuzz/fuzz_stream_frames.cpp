// The first byte chooses how the rest is cut into chunks. Whatever the cut, the decoder must give the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/stream_frames.hpp"

namespace {

struct Decoded {
  std::string output;
  std::string error;
  bool ok = true;

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view bytes, std::size_t chunk) {
  skillrun::FrameDecoder decoder;
  Decoded out;
  while (!bytes.empty() && out.ok) {
    std::string_view input = bytes.substr(0, chunk);
    bytes.remove_prefix(input.size());
    while (true) {
      const auto piece = decoder.next(input);
      out.ok = piece.has_value();
      if (!piece || !*piece) break;
      ((*piece)->stream == skillrun::OutputStream::output ? out.output : out.error) += (*piece)->bytes;
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (decode(bytes, bytes.size() + 1) != decode(bytes, std::size_t{data[0]} + 1)) std::abort();
  return 0;
}
