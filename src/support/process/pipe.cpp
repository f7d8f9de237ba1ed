#include "support/process/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

/// Above every number that a child is given something by.
constexpr int lowest_own_descriptor = 10;

}  // namespace

UniqueFd raised(int fd) noexcept {
  UniqueFd original(fd);
  if (fd < 0 || fd >= lowest_own_descriptor) return original;
  return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, lowest_own_descriptor));
}

std::expected<PipeEnds, int> make_small_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(errno);
  UniqueFd read_end = raised(ends[0]);
  UniqueFd write_end = raised(ends[1]);
  if (!read_end || !write_end) return std::unexpected(EMFILE);
  return PipeEnds{std::move(read_end), std::move(write_end)};
}

std::expected<PipeEnds, ProcessError> make_pipe() {
  auto ends = make_small_pipe();
  if (!ends) {
    return std::unexpected(ProcessError{ProcessError::Kind::system,
                                        fmt::format("a pipe cannot be made: {}", std::strerror(ends.error()))});
  }
  // A larger pipe saves turns between the processes; where it is not allowed the usual size does.
  static_cast<void>(::fcntl(ends->second.get(), F_SETPIPE_SZ, 1 << 20));
  return std::move(*ends);
}

void set_nonblocking(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0) ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

}  // namespace skillrun::inline v0
