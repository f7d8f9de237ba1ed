#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/completion.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/log_sink.hpp"
#include "cli/options.hpp"
#include "cli/own_file.hpp"
#include "cli/standard_streams.hpp"
#include "engine/log.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// False when the log file cannot be written, which was said then.
bool set_up_logging(const GlobalOptions& options) {
  spdlog::logger& logger = log::logger();
  if (!options.log_file.empty()) {
    auto file = open_for_appending(options.log_file);
    if (!file) {
      Console(options).error(
          fmt::format("cannot write the log file '{}': {}", printable(options.log_file), file.error()));
      return false;
    }
    logger.sinks() = {std::make_shared<LogSink>(std::move(*file))};
  }
  logger.set_level(options.quiet         ? spdlog::level::err
                   : options.verbose > 1 ? spdlog::level::debug
                   : options.verbose > 0 ? spdlog::level::info
                                         : spdlog::level::warn);
  logger.flush_on(spdlog::level::debug);
  if (options.log_format == OutputFormat::json) {
    log::use_json();
  } else if (!options.log_file.empty()) {
    logger.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  }
  return true;
}

int main_in_words(std::vector<std::string> words) {
  if (!words.empty() && words.front() == completion_word) return answer_completion(std::span(words).subspan(1));
  auto invocation = parse_command_line(std::move(words));
  if (!invocation) {
    fmt::print(stderr, "{}", invocation.error().error);
    const bool written = Console({}).print_bytes(invocation.error().output);
    return written ? invocation.error().status : ExitStatus::failed;
  }
  if (!set_up_logging(invocation->global)) return ExitStatus::failed;
  return invocation->run();
}

}  // namespace

}  // namespace skillrun::cli

int main(int argc, char** argv) {
  if (!skillrun::cli::open_closed_streams()) return skillrun::cli::ExitStatus::failed;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is an error of the write, and not the end of a run
  try {
    return skillrun::cli::main_in_words({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skillrun: internal error: %s\n", error.what());
    return skillrun::cli::ExitStatus::failed;
  }
}
