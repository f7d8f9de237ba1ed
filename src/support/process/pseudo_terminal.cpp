#include "support/process/pseudo_terminal.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "support/process/pipe.hpp"

namespace skillrun::inline v0 {

std::expected<PseudoTerminal, ProcessError> make_pseudo_terminal() {
  const auto failed = [] {
    return std::unexpected(
        ProcessError{ProcessError::Kind::system, fmt::format("a terminal cannot be made: {}", std::strerror(errno))});
  };
  PseudoTerminal terminal{.ours = raised(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), .theirs = {}};
  if (!terminal.ours || ::unlockpt(terminal.ours.get()) != 0) return failed();
  // Not by its name: /dev/pts may be another one than that of the terminal.
  terminal.theirs = raised(::ioctl(terminal.ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  if (!terminal.theirs || ::tcgetattr(terminal.theirs.get(), &settings) != 0) return failed();
  ::cfmakeraw(&settings);
  if (::tcsetattr(terminal.theirs.get(), TCSANOW, &settings) != 0) return failed();
  return terminal;
}

void set_window_size(int terminal, int rows, int columns) noexcept {
  const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
  ::ioctl(terminal, TIOCSWINSZ, &size);
}

}  // namespace skillrun::inline v0
