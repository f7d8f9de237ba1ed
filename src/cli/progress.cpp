#include "cli/progress.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/console.hpp"
#include "engine/log.hpp"
#include "run/terminal.hpp"
#include "support/write_all.hpp"

namespace skillrun::cli {

namespace {

constexpr std::chrono::milliseconds redraw_pause{100};
constexpr std::size_t most_rows = 16;

winsize terminal_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2 || size.ws_row < 2) {
    size.ws_col = 80;
    size.ws_row = 24;
  }
  return size;
}

}  // namespace

Progress::Progress(const GlobalOptions& options)
    : draws_(!options.quiet && options.verbose == 0 && options.log_format == OutputFormat::text &&
             isatty(STDERR_FILENO) == 1) {}

void Progress::take(const ProgressEvent& event) {
  const bool news = view_.take(event);
  if (news && event.kind == ProgressEvent::Kind::layer) log::info("{}: {}", event.layer, event.text);
  if (news && event.kind != ProgressEvent::Kind::layer) log::info("{}", event.text);
  const auto now = std::chrono::steady_clock::now();
  if (!draws_ || !may_touch_terminal(STDERR_FILENO) ||
      (event.kind != ProgressEvent::Kind::stage && now - drawn_at_ < redraw_pause))
    return;
  drawn_at_ = now;
  draw();
}

void Progress::draw() {
  const winsize size = terminal_size();
  // A line in the last column would wrap, and what has scrolled away cannot be drawn over.
  const auto lines = view_.lines(size.ws_col - 1U, std::min<std::size_t>(size.ws_row - 1U, most_rows));
  std::string frame = drawn_lines_ > 1 ? fmt::format("\x1b[{}A", drawn_lines_ - 1) : std::string();
  for (const std::string& line : lines) frame += fmt::format("{}\r\x1b[K{}", &line == &lines.front() ? "" : "\n", line);
  frame += "\x1b[J";
  if (write_all(STDERR_FILENO, frame)) drawn_lines_ = lines.size();
}

void Progress::clear() {
  if (drawn_lines_ == 0 || !may_touch_terminal(STDERR_FILENO)) return;
  const std::string up = drawn_lines_ > 1 ? fmt::format("\x1b[{}A", drawn_lines_ - 1) : std::string();
  (void)write_all(STDERR_FILENO, up + "\r\x1b[J");
  drawn_lines_ = 0;
}

}  // namespace skillrun::cli
