#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <poll.h>

#include <skillrun/run.hpp>

#include "engine/stream_frames.hpp"
#include "run/output_sink.hpp"

namespace skillrun::inline v0 {

/// Carries the bytes of one run, in one thread: the caller's input to the container, the container's output to the
/// caller. A reader that is slow slows the skill; one stream that nobody reads holds the other one up only where both
/// share a connection, and then only once this side holds as much as it may.
class Pump {
 public:
  using Clock = std::chrono::steady_clock;

  /// `stop_key`: in the input it is not for the skill (see take_stop_key()); nothing: every byte is.
  Pump(AttachedContainer& container, const RunIo& io, std::optional<char> stop_key = std::nullopt);

  /// Waits until something can be done, one of `watched` is ready, or `until`; then does it.
  void turn(Clock::time_point until, std::span<pollfd> watched);

  /// The container has ended, by its exit_fd.
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  /// All output has come and was handed on.
  [[nodiscard]] bool drained() const noexcept;
  /// Output waits for a reader.
  [[nodiscard]] bool blocked() const noexcept { return output_.pending() > 0 || error_.pending() > 0; }
  /// Nobody is left who could tell the skill anything, or be told: its input has ended, and every reader of its output
  /// has gone. Streams that nobody was ever at say nothing; two ends that went do.
  [[nodiscard]] bool deserted() const noexcept;
  /// True once for each time that the stop key was typed.
  [[nodiscard]] bool take_stop_key() noexcept { return std::exchange(stop_key_typed_, false); }
  /// When a byte was last moved.
  [[nodiscard]] Clock::time_point last_progress() const noexcept { return last_progress_; }

  /// The errno of the first output that could not be written; EPIPE: its reader has gone. 0: none.
  [[nodiscard]] int write_error() const noexcept;
  /// What was wrong with the engine's stream; it is not read any more then.
  [[nodiscard]] const std::optional<EngineError>& protocol_error() const noexcept { return protocol_error_; }

  /// Output is read and dropped from here on, so that the skill can end.
  void drop_output() noexcept;

  [[nodiscard]] StreamResult take_output() { return output_.take_result(); }
  [[nodiscard]] StreamResult take_error() { return error_.take_result(); }
  [[nodiscard]] std::uint64_t input_bytes() const noexcept { return input_bytes_; }

 private:
  enum Slot : std::size_t {
    source,
    container_input,
    container_output,
    container_error,
    sink_output,
    sink_error,
    exit,
    slots
  };

  /// Input is a terminal that belongs to another job: reading from it would stop this program.
  [[nodiscard]] bool input_is_elsewhere() const noexcept;
  void arrange(std::span<pollfd> entries, bool with_input) const;
  void act(std::span<const pollfd> entries);
  void take_events(const pollfd& entry, OutputSink& sink);
  [[nodiscard]] bool may_read_output() const noexcept;
  [[nodiscard]] bool may_read_error() const noexcept;
  void read_source();
  void take_out_stop_key();
  void write_input();
  void end_input();
  void read_container(int fd, bool& open, OutputSink& sink);
  void take(std::string_view bytes, OutputSink& sink);

  AttachedContainer& container_;
  int source_fd_;
  bool source_is_terminal_;
  bool source_has_writer_;  ///< a pipe, a socket or a terminal
  bool writer_gone_ = false;
  std::optional<char> stop_key_;
  bool stop_key_typed_ = false;
  std::vector<char> input_buffer_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::uint64_t input_bytes_ = 0;
  std::vector<char> output_buffer_;
  OutputSink output_;
  OutputSink error_;
  FrameDecoder decoder_;
  bool framed_;
  bool output_open_;
  bool error_open_;
  bool ended_ = false;
  Clock::time_point last_progress_ = Clock::now();
  std::optional<EngineError> protocol_error_;
  std::vector<pollfd> entries_;
};

}  // namespace skillrun::inline v0
