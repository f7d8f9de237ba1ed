#include "run/output_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

/// The same pipe or terminal under a file description of our own; nothing when it cannot be opened again.
UniqueFd reopened(int fd, const struct stat& original) {
  UniqueFd own(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status{};
  if (!own || ::fstat(own.get(), &status) != 0) return {};
  if (status.st_ino != original.st_ino || status.st_dev != original.st_dev) return {};
  return own;
}

}  // namespace

QuietWriter::QuietWriter(int fd) : fd_(fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return;
  has_reader_ = true;
  if (S_ISSOCK(status.st_mode)) {
    way_ = Way::socket;
  } else if (S_ISFIFO(status.st_mode) || (S_ISCHR(status.st_mode) && ::isatty(fd) == 1)) {
    own_ = reopened(fd, status);
    way_ = own_ ? Way::direct : Way::small_pieces;
  } else {
    has_reader_ = false;
  }
}

QuietWriter::Outcome QuietWriter::write(std::string_view bytes) const {
  ssize_t count = 0;
  switch (way_) {
    case Way::direct: count = ::write(poll_fd(), bytes.data(), bytes.size()); break;
    case Way::socket: count = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL); break;
    case Way::small_pieces: {
      pollfd entry{fd_, POLLOUT, 0};
      if (::poll(&entry, 1, 0) <= 0) return {};
      count = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
      break;
    }
  }
  if (count >= 0) return {static_cast<std::size_t>(count), 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {0, errno};
}

OutputSink::OutputSink(int fd, const RunIo& io) : captures_(io.capture), cap_(io.max_captured) {
  if (captures_ || fd < 0) return;
  writer_.emplace(fd);
  if (writer_->has_reader()) reader_ = Reader::there;
}

pollfd OutputSink::poll_entry() const noexcept {
  const bool waits = pending() > 0;
  const bool watched = writer_ && (waits || reader_ == Reader::there);
  return {watched ? writer_->poll_fd() : -1, static_cast<short>(waits ? POLLOUT : 0), 0};
}

void OutputSink::take_events(short events) {
  if (reader_ == Reader::there && (events & (POLLERR | POLLHUP)) != 0) reader_ = Reader::gone;
  flush();
}

void OutputSink::accept(std::string_view bytes) {
  result_.bytes += bytes.size();
  if (captures_) return capture(bytes);
  if (!writer_) return;
  if (pending() == 0) bytes.remove_prefix(write_some(bytes));
  if (bytes.empty() || !writer_) return;
  if (offset_ > 0) {
    held_.erase(0, offset_);
    offset_ = 0;
  }
  held_ += bytes;
}

void OutputSink::flush() {
  if (!writer_ || pending() == 0) return;
  offset_ += write_some(std::string_view(held_).substr(offset_));
  if (pending() == 0) {
    held_.clear();
    offset_ = 0;
  }
}

void OutputSink::drop() noexcept {
  writer_.reset();
  held_.clear();
  offset_ = 0;
}

std::size_t OutputSink::write_some(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    const auto [count, error] = writer_->write(bytes.substr(total));
    if (error != 0) {
      error_ = error;
      drop();
      return bytes.size();
    }
    if (count == 0) break;
    total += count;
  }
  return total;
}

void OutputSink::capture(std::string_view bytes) {
  const std::uint64_t room = cap_ - std::min<std::uint64_t>(cap_, result_.captured.size());
  if (bytes.size() > room) {
    result_.truncated = true;
    bytes = bytes.substr(0, static_cast<std::size_t>(room));
  }
  result_.captured += bytes;
}

}  // namespace skillrun::inline v0
