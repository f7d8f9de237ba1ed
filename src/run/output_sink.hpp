#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <poll.h>

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
  /// What is written has a reader at once, who can go: it is a pipe, a socket or a terminal.
  [[nodiscard]] bool has_reader() const noexcept { return has_reader_; }

 private:
  enum class Way : std::uint8_t { direct, socket, small_pieces };

  int fd_;
  UniqueFd own_;
  Way way_ = Way::direct;
  bool has_reader_ = false;
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
  /// To be polled: for room while something waits, and always for the end of whoever reads.
  [[nodiscard]] pollfd poll_entry() const noexcept;
  /// What came of that.
  void take_events(short events);
  /// Somebody may be reading: the other end of a pipe, a socket or a terminal is there.
  [[nodiscard]] bool has_reader() const noexcept { return reader_ == Reader::there; }
  /// There was a reader, who has gone.
  [[nodiscard]] bool reader_gone() const noexcept { return reader_ == Reader::gone; }
  /// The errno that ended writing; EPIPE when the reader has gone.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// From here on everything is counted and dropped.
  void drop() noexcept;

  [[nodiscard]] StreamResult take_result() { return std::move(result_); }

 private:
  enum class Reader : std::uint8_t { none, there, gone };

  [[nodiscard]] std::size_t write_some(std::string_view bytes);
  void capture(std::string_view bytes);

  std::optional<QuietWriter> writer_;
  bool captures_;
  std::uint64_t cap_;
  std::string held_;
  std::size_t offset_ = 0;
  int error_ = 0;
  Reader reader_ = Reader::none;
  StreamResult result_;
};

}  // namespace skillrun::inline v0
