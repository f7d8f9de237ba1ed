#include "cli/progress.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/log.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(const GlobalOptions& options) : draws_(!options.quiet && isatty(STDERR_FILENO) == 1) {}

void Progress::line(const std::string& text) {
  const std::string safe = printable(text);
  log::info("{}", safe);
  if (!draws_) return;
  fmt::print(stderr, "\r\x1b[K{}", safe.substr(0, terminal_columns() - 1));
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace skillrun::cli
