#include "run/streams.hpp"

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

bool try_again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Pump::Pump(AttachedContainer& container, const RunIo& io)
    : container_(container),
      source_fd_(container.input_fd() >= 0 ? io.input : -1),
      source_is_terminal_(source_fd_ >= 0 && ::isatty(source_fd_) == 1),
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
  return source_is_terminal_ && source_fd_ >= 0 && !may_touch_terminal(source_fd_);
}

void Pump::arrange(std::span<pollfd> entries, bool with_input) const {
  const bool input_waits = input_begin_ < input_end_;
  const bool input_open = container_.input_fd() >= 0;
  entries[source] = {with_input && input_open && !input_waits ? source_fd_ : -1, POLLIN, 0};
  entries[container_input] = {input_waits ? container_.input_fd() : -1, POLLOUT, 0};
  entries[container_output] = {may_read_output() ? container_.output_fd() : -1, POLLIN, 0};
  entries[container_error] = {may_read_error() ? container_.error_fd() : -1, POLLIN, 0};
  entries[sink_output] = {output_.poll_fd(), POLLOUT, 0};
  entries[sink_error] = {error_.poll_fd(), POLLOUT, 0};
  entries[exit] = {ended_ ? -1 : container_.exit_fd(), POLLIN, 0};
}

void Pump::act(std::span<const pollfd> entries) {
  if (entries[sink_output].revents != 0) {
    output_.flush();
    last_progress_ = Clock::now();
  }
  if (entries[sink_error].revents != 0) {
    error_.flush();
    last_progress_ = Clock::now();
  }
  if (entries[container_output].revents != 0) read_container(container_.output_fd(), output_open_, output_);
  if (entries[container_error].revents != 0) read_container(container_.error_fd(), error_open_, error_);
  if (entries[source].revents != 0) read_source();
  if (entries[container_input].revents != 0) write_input();
  if (entries[exit].revents != 0) {
    ended_ = true;
    last_progress_ = Clock::now();
  }
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
  if (count <= 0) return end_input();
  input_begin_ = 0;
  input_end_ = static_cast<std::size_t>(count);
  write_input();
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
  source_fd_ = -1;
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
