#include "cli/run_options.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <skillrun/parsing.hpp>
#include <skillrun/run.hpp>

#include "spec/option_faults.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// Longer ones would leave the clock's range.
constexpr std::chrono::hours a_year{24 * 365};

}  // namespace

PullTimeout::PullTimeout() : value(usual_pull_timeout) {}

void PullTimeout::declare(OptionSet& options) {
  options.text("--pull-timeout", written, "DURATION", "Give up pulling the image after this time (default: 15m)");
}

std::optional<std::string> PullTimeout::read() {
  if (!written) return std::nullopt;
  const auto time = parse_duration(*written);
  if (!time) return fmt::format("--pull-timeout: {}", time.error().message);
  if (time->count() == 0) return "--pull-timeout: nothing can be pulled in no time; --pull never pulls nothing";
  value = std::chrono::ceil<std::chrono::milliseconds>(std::min<std::chrono::nanoseconds>(*time, a_year));
  return std::nullopt;
}

DeclaredOption declare_skill(OptionSet& options, RunRequest& request) {
  return options.positional("SKILL", request.written.skill, "The skill, with @INSTANCE where it has several");
}

void declare_callers_words(OptionSet& options, RunRequest& request) {
  options.text("--workdir", request.workdir, "DIR", "The folder that SKILL_WORKDIR stands for");
  options.list("-e,--env", request.overrides.environment, "NAME[=VALUE]",
               "Set a variable in the container; NAME alone copies the caller's");
  options.list("--allow-mount", request.allow_mounts, "PATH[:ro|:rw]",
               "Let the manifest mount this and what is below it (repeatable); read-only, unless :rw is added");
}

void declare_run_options(OptionSet& options, RunRequest& request) {
  options.rest(request.overrides.arguments);
  options.footer("ARGS after the options, or after --, go to the skill untouched.");
  declare_skill(options, request).required();
  declare_callers_words(options, request);
  options.text("--timeout", request.overrides.timeout, "DURATION",
               "End the skill after this time from its start on, such as 90s or 5m");
  options.text("--pull", request.overrides.pull, "WHEN", "missing, always or never");
  const DeclaredOption tty = options.flag("--tty", request.written.tty, "Give the skill a terminal");
  options.flag("--no-tty", request.written.no_tty, "Give the skill no terminal").excludes(tty);
  options.flag("--no-stdin", request.written.no_stdin, "Give the skill an empty standard input");
  options.flag("--keep", request.written.keep, "Do not remove the container afterwards");
}

std::optional<std::string> read_skill(RunRequest& request) {
  const std::string& word = request.written.skill;
  const std::size_t at = word.find('@');
  request.skill = word.substr(0, at);
  if (at != std::string::npos) {
    request.instance = word.substr(at + 1);
    if (request.instance->empty()) return fmt::format("'{}' names no instance after the @", printable(word));
  }
  if (request.skill.empty()) return "the skill's name is empty";
  return std::nullopt;
}

std::optional<std::string> wrong_option(const RunRequest& request) {
  const Findings faults = option_faults(request.overrides);
  if (faults.empty()) return std::nullopt;
  const Finding& first = faults.front();
  return fmt::format("{}: {}; {}", first.field, first.message, first.remediation);
}

std::optional<std::string> read_run_options(RunRequest& request) {
  if (request.written.tty) request.overrides.tty = TtyMode::on;
  if (request.written.no_tty) request.overrides.tty = TtyMode::off;
  if (request.written.no_stdin) request.overrides.stdin_open = false;
  if (request.written.keep) request.overrides.keep = true;
  if (auto wrong = read_skill(request)) return wrong;
  return wrong_option(request);
}

}  // namespace skillrun::cli
