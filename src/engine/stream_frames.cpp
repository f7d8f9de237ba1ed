#include "engine/stream_frames.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skillrun::inline v0 {

namespace {

std::unexpected<EngineError> protocol_error(std::string message) {
  return std::unexpected(EngineError{EngineError::Kind::protocol, std::move(message)});
}

}  // namespace

EngineResult<void> FrameDecoder::read_header() {
  switch (header_[0]) {
    case 0:  // standard input echoed: engines that send it mean it for standard output
    case 1: stream_ = OutputStream::output; break;
    case 2: stream_ = OutputStream::error; break;
    default: return protocol_error(fmt::format("the output stream names stream {}, expected 1 or 2", header_[0]));
  }
  if (header_[1] != 0 || header_[2] != 0 || header_[3] != 0) {
    return protocol_error("the output stream holds a frame header whose padding is not zero");
  }
  for (std::size_t i = 4; i < header_.size(); ++i) remaining_ = (remaining_ << 8) | header_[i];
  if (remaining_ > max_frame) {
    return protocol_error(
        fmt::format("the output stream announces a frame of {} bytes, at most {} are expected", remaining_, max_frame));
  }
  return {};
}

EngineResult<std::optional<FramePiece>> FrameDecoder::next(std::string_view& input) {
  if (broken_) return protocol_error("the output stream was given up after an error");
  while (!input.empty()) {
    if (remaining_ > 0) {
      const std::string_view piece = input.substr(0, remaining_);
      input.remove_prefix(piece.size());
      remaining_ -= static_cast<std::uint32_t>(piece.size());
      return FramePiece{stream_, piece};
    }
    const std::size_t wanted = std::min(header_.size() - header_size_, input.size());
    std::ranges::copy(input.substr(0, wanted), header_.begin() + static_cast<std::ptrdiff_t>(header_size_));
    header_size_ += wanted;
    input.remove_prefix(wanted);
    if (header_size_ < header_.size()) break;
    header_size_ = 0;
    if (auto header = read_header(); !header) {
      broken_ = true;
      return std::unexpected(header.error());
    }
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
