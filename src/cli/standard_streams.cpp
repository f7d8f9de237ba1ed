#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace skillrun::cli {

namespace {

bool output_closed = false;

}  // namespace

bool output_was_closed() noexcept { return output_closed; }

bool open_closed_streams() noexcept {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    if (descriptor == STDOUT_FILENO) output_closed = true;
    // The lowest free number is this one: those below it are open by now. It is handed on to what we start.
    if (::open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY) != descriptor) return false;
  }
  return true;
}

}  // namespace skillrun::cli
