#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <skillrun/run.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// Writes to a descriptor that may be shared with other processes without blocking and without touching its flags: by
/// an own open file description of the same pipe or terminal where one can be had, by MSG_DONTWAIT on a socket, and
/// otherwise by poll and pieces small enough for whatever room poll promises.
class QuietWriter {
 public:
  explicit QuietWriter(int fd);

  /// The bytes that were taken; 0 when there is no room. An error is an errno.
  struct Outcome {
    std::size_t count = 0;
    int error = 0;
  };
  [[nodiscard]] Outcome write(std::string_view bytes) const;
  /// To be polled for POLLOUT.
  [[nodiscard]] int poll_fd() const noexcept { return own_ ? own_.get() : fd_; }

 private:
  enum class Way : std::uint8_t { direct, socket, small_pieces };

  int fd_;
  UniqueFd own_;
  Way way_ = Way::direct;
};

/// Where one output stream of a skill goes: a descriptor, a capture with a cap, or nowhere. Holds back what the reader
/// does not take yet; whoever fills it looks at pending() first, so that memory stays bounded.
class OutputSink {
 public:
  OutputSink(int fd, const RunIo& io);

  void accept(std::string_view bytes);
  /// Writes what was held back, as far as there is room.
  void flush();

  [[nodiscard]] std::size_t pending() const noexcept { return held_.size() - offset_; }
  /// The descriptor to poll for POLLOUT; -1 when nothing waits.
  [[nodiscard]] int poll_fd() const noexcept { return pending() > 0 && writer_ ? writer_->poll_fd() : -1; }
  /// The errno that ended writing; EPIPE when the reader has gone.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// From here on everything is counted and dropped.
  void drop() noexcept;

  [[nodiscard]] StreamResult take_result() { return std::move(result_); }

 private:
  [[nodiscard]] std::size_t write_some(std::string_view bytes);
  void capture(std::string_view bytes);

  std::optional<QuietWriter> writer_;
  bool captures_;
  std::uint64_t cap_;
  std::string held_;
  std::size_t offset_ = 0;
  int error_ = 0;
  StreamResult result_;
};

}  // namespace skillrun::inline v0
