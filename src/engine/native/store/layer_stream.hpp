#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/native/store/call_watch.hpp"
#include "support/sha256.hpp"

struct archive;

namespace skillrun::inline v0 {

/// The uncompressed bytes of a layer that is packed with gzip, zstd or not at all, which its first bytes tell; and
/// their digest, by which an image's configuration knows the layer (diff id).
class LayerStream {
 public:
  /// Reads the file from its beginning; both must outlive the stream. More than `most` uncompressed bytes are an error.
  [[nodiscard]] static EngineResult<LayerStream> open(int file, std::uint64_t most, const CallWatch& watch);

  /// The next bytes, which stay until the next call; empty at the end.
  [[nodiscard]] EngineResult<std::span<const char>> next();
  /// Of everything up to the end, in hexadecimal. Call it once, when next() has given nothing.
  [[nodiscard]] std::string digest() { return hash_.finish(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct Free {
    void operator()(struct archive* reader) const noexcept;
  };
  LayerStream(std::unique_ptr<struct archive, Free> reader, std::uint64_t most, const CallWatch& watch);

  std::unique_ptr<struct archive, Free> reader_;
  std::unique_ptr<char[]> buffer_;
  std::uint64_t most_;
  const CallWatch* watch_;
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
};

}  // namespace skillrun::inline v0
