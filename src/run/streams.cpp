#include "run/streams.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "run/terminal.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10;
/// What may wait for one reader while the other one still takes, on a shared connection.
constexpr std::size_t most_held = std::size_t{1} << 20;
/// Nobody tells a program that it has come to the foreground.
constexpr std::chrono::milliseconds foreground_pause{300};

int milliseconds_until(Pump::Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Pump::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool is_pipe_or_socket(int fd) {
  struct stat status{};
  return fd >= 0 && ::fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

bool try_again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Pump::Pump(AttachedContainer& container, const RunIo& io, std::optional<char> stop_key)
    : container_(container),
      source_fd_(container.input_fd() >= 0 ? io.input : -1),
      source_is_terminal_(source_fd_ >= 0 && ::isatty(source_fd_) == 1),
      source_has_writer_(source_is_terminal_ || is_pipe_or_socket(source_fd_)),
      stop_key_(stop_key),
      input_buffer_(source_fd_ >= 0 ? buffer_size : 0),
      output_buffer_(buffer_size),
      output_(io.output, io),
      error_(io.error, io),
      framed_(container.framed()),
      output_open_(container.output_fd() >= 0),
      error_open_(container.error_fd() >= 0) {
  if (container.input_fd() >= 0 && io.input < 0) container_.close_input();
  take(container_.take_prefetched(), output_);
}

void Pump::turn(Clock::time_point until, std::span<pollfd> watched) {
  entries_.resize(slots + watched.size());
  const bool elsewhere = input_is_elsewhere();
  if (elsewhere) until = std::min(until, Clock::now() + foreground_pause);
  arrange(std::span(entries_).first(slots), !elsewhere);
  std::ranges::copy(watched, entries_.begin() + slots);
  const int ready = ::poll(entries_.data(), entries_.size(), milliseconds_until(until));
  if (ready <= 0) {
    for (pollfd& entry : watched) entry.revents = 0;
    return;
  }
  std::copy(entries_.begin() + slots, entries_.end(), watched.begin());
  act(std::span<const pollfd>(entries_).first(slots));
}

bool Pump::input_is_elsewhere() const noexcept {
  return source_is_terminal_ && container_.input_fd() >= 0 && !may_touch_terminal(source_fd_);
}

void Pump::arrange(std::span<pollfd> entries, bool with_input) const {
  const bool input_waits = input_begin_ < input_end_;
  const bool input_open = container_.input_fd() >= 0;
  // One that waits for the skill, or is not for this program now, is still watched for its end.
  const bool reads = with_input && input_open && !input_waits;
  entries[source] = {reads || !writer_gone_ ? source_fd_ : -1, static_cast<short>(reads ? POLLIN : 0), 0};
  entries[container_input] = {input_waits ? container_.input_fd() : -1, POLLOUT, 0};
  entries[container_output] = {may_read_output() ? container_.output_fd() : -1, POLLIN, 0};
  entries[container_error] = {may_read_error() ? container_.error_fd() : -1, POLLIN, 0};
  entries[sink_output] = output_.poll_entry();
  entries[sink_error] = error_.poll_entry();
  entries[exit] = {ended_ ? -1 : container_.exit_fd(), POLLIN, 0};
}

void Pump::act(std::span<const pollfd> entries) {
  if (entries[sink_output].revents != 0) take_events(entries[sink_output], output_);
  if (entries[sink_error].revents != 0) take_events(entries[sink_error], error_);
  if (entries[container_output].revents != 0) read_container(container_.output_fd(), output_open_, output_);
  if (entries[container_error].revents != 0) read_container(container_.error_fd(), error_open_, error_);
  if ((entries[source].revents & (POLLHUP | POLLERR)) != 0) writer_gone_ = true;
  if (entries[source].revents != 0 && entries[source].events != 0) read_source();
  if (entries[container_input].revents != 0) write_input();
  if (entries[exit].revents != 0) {
    ended_ = true;
    last_progress_ = Clock::now();
  }
}

void Pump::take_events(const pollfd& entry, OutputSink& sink) {
  if (sink.pending() > 0) last_progress_ = Clock::now();
  sink.take_events(entry.revents);
}

bool Pump::deserted() const noexcept {
  const bool input_over = writer_gone_ || container_.input_fd() < 0;
  if (!input_over || !output_.reader_gone() || error_.has_reader()) return false;
  return (source_has_writer_ && writer_gone_) || error_.reader_gone();
}

bool Pump::drained() const noexcept { return !output_open_ && !error_open_ && !blocked(); }

bool Pump::may_read_output() const noexcept {
  if (!output_open_) return false;
  if (framed_) return output_.pending() < most_held && error_.pending() < most_held;
  return output_.pending() == 0;
}

bool Pump::may_read_error() const noexcept { return error_open_ && error_.pending() == 0; }

int Pump::write_error() const noexcept { return output_.error() != 0 ? output_.error() : error_.error(); }

void Pump::drop_output() noexcept {
  output_.drop();
  error_.drop();
}

void Pump::read_source() {
  const ssize_t count = ::read(source_fd_, input_buffer_.data(), input_buffer_.size());
  if (count < 0 && try_again(errno)) return;
  if (count <= 0) {
    writer_gone_ = true;
    return end_input();
  }
  input_begin_ = 0;
  input_end_ = static_cast<std::size_t>(count);
  take_out_stop_key();
  write_input();
}

void Pump::take_out_stop_key() {
  if (!stop_key_) return;
  const auto kept = std::ranges::remove(std::span(input_buffer_).first(input_end_), *stop_key_);
  stop_key_typed_ = !kept.empty();
  input_end_ -= kept.size();
}

void Pump::write_input() {
  while (input_begin_ < input_end_) {
    const ssize_t count =
        ::write(container_.input_fd(), input_buffer_.data() + input_begin_, input_end_ - input_begin_);
    if (count < 0 && try_again(errno)) return;
    // The skill has closed its input or has ended: the rest is not wanted.
    if (count <= 0) return end_input();
    input_begin_ += static_cast<std::size_t>(count);
    input_bytes_ += static_cast<std::uint64_t>(count);
    last_progress_ = Clock::now();
  }
}

void Pump::end_input() {
  input_begin_ = input_end_ = 0;
  container_.close_input();
}

void Pump::read_container(int fd, bool& open, OutputSink& sink) {
  const ssize_t count = ::read(fd, output_buffer_.data(), output_buffer_.size());
  if (count < 0 && try_again(errno)) return;
  if (count <= 0) {
    open = false;
    if (framed_ && !decoder_.at_boundary() && !protocol_error_) {
      protocol_error_ = {EngineError::Kind::protocol, "the engine's output stream was cut in the middle of a frame"};
    }
    return;
  }
  last_progress_ = Clock::now();
  take({output_buffer_.data(), static_cast<std::size_t>(count)}, sink);
}

void Pump::take(std::string_view bytes, OutputSink& sink) {
  if (bytes.empty()) return;
  if (!framed_) return sink.accept(bytes);
  while (true) {
    const auto piece = decoder_.next(bytes);
    if (!piece) {
      protocol_error_ = piece.error();
      output_open_ = false;
      return;
    }
    if (!*piece) return;
    ((*piece)->stream == OutputStream::error ? error_ : output_).accept((*piece)->bytes);
  }
}

}  // namespace skillrun::inline v0
