#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

enum class OutputStream : std::uint8_t { output, error };

/// A stretch of one stream's bytes; points into what was given to the decoder.
struct FramePiece {
  OutputStream stream = OutputStream::output;
  std::string_view bytes;
};

/// Takes apart the stream of a container without a terminal: frames of an 8-byte header (stream, three zeros, length
/// in network order) and that many bytes. Holds no payload, so a frame of any size costs no memory.
class FrameDecoder {
 public:
  /// The longest frame that is believed; engines write 32 KiB at a time.
  static constexpr std::uint32_t max_frame = std::uint32_t{64} << 20;

  /// Takes the next piece off the front of `input`, which may end anywhere in a frame. Nothing when `input` is used
  /// up. After an error (kind protocol) the place in the stream is lost: every further call fails too.
  [[nodiscard]] EngineResult<std::optional<FramePiece>> next(std::string_view& input);

  /// False in the middle of a frame: a stream that ends there was cut.
  [[nodiscard]] bool at_boundary() const noexcept { return header_size_ == 0 && remaining_ == 0; }

 private:
  [[nodiscard]] EngineResult<void> read_header();

  std::array<unsigned char, 8> header_{};
  std::size_t header_size_ = 0;
  std::uint32_t remaining_ = 0;
  OutputStream stream_ = OutputStream::output;
  bool broken_ = false;
};

}  // namespace skillrun::inline v0
