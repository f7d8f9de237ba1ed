#include "cli/terminal_question.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "cli/console.hpp"
#include "support/text.hpp"
#include "support/write_all.hpp"

namespace skillrun::cli {

std::optional<CallerTerminal> CallerTerminal::open() {
  UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal || ::isatty(terminal.get()) != 1) return std::nullopt;
  return CallerTerminal(std::move(terminal));
}

bool CallerTerminal::print(std::string_view text) const { return write_all(terminal_.get(), text); }

bool CallerTerminal::confirm(std::string_view question) const {
  ::tcflush(terminal_.get(), TCIFLUSH);
  if (!print(question)) return false;
  std::string answer;
  for (;;) {
    char c = 0;
    const ssize_t count = ::read(terminal_.get(), &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      (void)print("\n");
      return false;
    }
    if (c == '\n' || c == '\r') break;
    answer += c;
  }
  std::ranges::transform(answer, answer.begin(), ascii_lower);
  const std::size_t begin = answer.find_first_not_of(" \t");
  const std::size_t end = answer.find_last_not_of(" \t");
  const std::string word = begin == std::string::npos ? "" : answer.substr(begin, end - begin + 1);
  return word == "y" || word == "yes";
}

}  // namespace skillrun::cli
