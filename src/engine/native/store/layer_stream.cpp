#include "engine/native/store/layer_stream.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <array>

#include "engine/native/store/store_failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t stream_block = std::size_t{256} << 10;

std::string words_of(archive* reader) {
  const char* words = ::archive_error_string(reader);
  return words == nullptr ? std::string("unknown error") : printable(words);
}

/// Exactly one filter, never one within another: what a layer unpacks to is bounded, what it passes through is not.
int filter_of(std::string_view begin) {
  if (begin.starts_with("\x1f\x8b")) return ARCHIVE_FILTER_GZIP;
  if (begin.starts_with("\x28\xb5\x2f\xfd")) return ARCHIVE_FILTER_ZSTD;
  return ARCHIVE_FILTER_NONE;
}

}  // namespace

void LayerStream::Free::operator()(struct archive* reader) const noexcept { ::archive_read_free(reader); }

LayerStream::LayerStream(std::unique_ptr<struct archive, Free> reader, std::uint64_t most, const CallWatch& watch)
    : reader_(std::move(reader)),
      buffer_(std::make_unique_for_overwrite<char[]>(stream_block)),
      most_(most),
      watch_(&watch) {}

EngineResult<LayerStream> LayerStream::open(int file, std::uint64_t most, const CallWatch& watch) {
  std::array<char, 4> begin{};
  const ssize_t got = ::pread(file, begin.data(), begin.size(), 0);
  if (got < 0 || ::lseek(file, 0, SEEK_SET) != 0) return store_failure("a layer cannot be read", errno);
  if (got == 0) return LayerStream(nullptr, most, watch);
  std::unique_ptr<struct archive, Free> reader(::archive_read_new());
  const int filter = filter_of({begin.data(), static_cast<std::size_t>(got)});
  ::archive_read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if ((filter != ARCHIVE_FILTER_NONE && ::archive_read_append_filter(reader.get(), filter) < ARCHIVE_WARN) ||
      ::archive_read_open_fd(reader.get(), file, stream_block) != ARCHIVE_OK) {
    return failure(EngineError::Kind::refused, fmt::format("a layer cannot be unpacked: {}", words_of(reader.get())));
  }
  // Not with the format "empty": it takes what cannot be unpacked at all for nothing.
  if (::archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    return failure(EngineError::Kind::refused, fmt::format("a layer cannot be unpacked: {}", words_of(reader.get())));
  }
  return LayerStream(std::move(reader), most, watch);
}

EngineResult<std::span<const char>> LayerStream::next() {
  if (auto checked = watch_->check(); !checked) return std::unexpected(checked.error());
  if (!reader_) return std::span<const char>();
  const la_ssize_t got = ::archive_read_data(reader_.get(), buffer_.get(), stream_block);
  if (got < 0) {
    return failure(EngineError::Kind::refused, fmt::format("a layer cannot be unpacked: {}", words_of(reader_.get())));
  }
  bytes_ += static_cast<std::uint64_t>(got);
  if (bytes_ > most_) {
    return failure(EngineError::Kind::refused, fmt::format("a layer unpacks to more than {} bytes", most_));
  }
  const std::span<const char> bytes(buffer_.get(), static_cast<std::size_t>(got));
  hash_.add({bytes.data(), bytes.size()});
  return bytes;
}

}  // namespace skillrun::inline v0
