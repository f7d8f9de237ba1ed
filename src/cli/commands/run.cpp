#include <chrono>

#include <fmt/format.h>
#include <unistd.h>

#include <skillrun/parsing.hpp>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/dry_run.hpp"
#include "cli/exit_status.hpp"
#include "cli/own_file.hpp"
#include "cli/prepare.hpp"
#include "cli/progress.hpp"
#include "cli/run_options.hpp"
#include "cli/signals.hpp"
#include "run/result_document.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

std::string unwritable(const std::string& path, std::string_view why) {
  return fmt::format("cannot write the result file '{}': {}", printable(path), why);
}

/// Opened before anything runs, so that a wrong path is an error and not a lost result. Empty when none was asked for.
std::expected<std::optional<WholeFile>, std::string> open_result_file(const std::string& path) {
  if (path.empty()) return std::optional<WholeFile>();
  auto file = WholeFile::open(path);
  if (!file) return std::unexpected(unwritable(path, file.error()));
  return std::optional(std::move(*file));
}

std::expected<RunIo, std::string> streams_of(const RunRequest& request) {
  RunIo io{.input = STDIN_FILENO, .output = STDOUT_FILENO, .error = STDERR_FILENO};
  io.capture = request.json;
  io.terminal = !request.json && on_terminal();
  io.stop_key = !request.no_stop_key;
  io.outlives_client = request.outlive_client;
  if (request.max_output) {
    const auto size = parse_bytes(*request.max_output);
    if (!size) return std::unexpected(fmt::format("--max-output: {}", size.error().message));
    if (!request.json) return std::unexpected(std::string("--max-output only means something together with --json"));
    io.max_captured = static_cast<std::uint64_t>(*size);
  }
  return io;
}

/// `told` gets the findings that were shown before the skill ran.
RunResult run_to_the_end(const GlobalOptions& global, const RunRequest& request, const Console& console,
                         const RunIo& io, Findings& told) {
  const auto requested = std::chrono::steady_clock::now();
  auto prepared = prepare(global, request, console);
  if (!prepared) return std::move(prepared.error());
  RunControl control;
  const SignalForwarding signals(control);
  auto admitted = admit_on_engine(global, *prepared, console, control.cancellation());
  if (!admitted) return std::move(admitted.error());
  told = admitted->approved.findings();
  tell_findings(*prepared, told, console);
  Progress progress(global);
  RunOptions options;
  options.requested = requested;
  options.pull_timeout = request.pull_timeout.value;
  const OptionalSetting<bool>& quiet = admitted->approved.spec().quiet;
  if (!quiet || !quiet->value) options.progress = [&](const ProgressEvent& event) { progress.take(event); };
  options.image_ready = [&] { progress.clear(); };
  RunResult result = execute(*admitted->engine, admitted->approved, io, control, options);
  if (std::holds_alternative<outcome::Failed>(result.outcome)) result.message += admitted->passed_over;
  return result;
}

void declare_run(OptionSet& options, RunRequest& request) {
  declare_run_options(options, request);
  request.pull_timeout.declare(options);
  options.flag("--no-stop-key", request.no_stop_key, "Give Ctrl-Z to the skill, which else stops with skillrun");
  options.flag("--outlive-client", request.outlive_client,
               "Go on when input has ended and nobody can read the output any more");
  options.flag("--dry-run", request.dry_run, "Print the engine request and the docker line; run nothing");
  options.text("--result-file", request.result_file, "FILE", "Write the result as JSON to this file");
  options.flag("--json", request.json, "Print the result, with the captured output, as JSON");
  options.text("--max-output", request.max_output, "SIZE", "Capture at most this much of each stream (default: 64m)");
}

std::optional<std::string> read_words(RunRequest& request) {
  if (auto wrong = request.pull_timeout.read()) return wrong;
  return read_run_options(request);
}

int run_run(const GlobalOptions& global, const RunRequest& request) {
  const Console console(global);
  if (request.dry_run) return dry_run(global, request, console);
  const auto io = streams_of(request);
  if (!io) {
    console.error(io.error());
    return failed;
  }
  auto file = open_result_file(request.result_file);
  if (!file) {
    console.error(file.error());
    return failed;
  }
  Findings told;
  const RunResult result = run_to_the_end(global, request, console, *io, told);
  std::expected<void, std::string> recorded;
  if (*file) recorded = (*file)->write([&](const WholeFile::Write& write) { return write_json(result, write); });
  if (result.status() == RunStatus::refused || !result.message.empty()) console.failure(result, told);
  if (!recorded) {
    console.error(unwritable(request.result_file, recorded.error()));
    return failed;
  }
  const auto print = [&](std::string_view piece) { return console.print_bytes(piece); };
  if (request.json && !write_json(result, print)) return failed;
  return result.exit_status();
}

}  // namespace

Command run_command() {
  return Command(CommandParts<RunRequest>{
      .name = "run", .help = "Run a skill", .place = 1, .declare = declare_run, .check = read_words, .run = run_run});
}

}  // namespace skillrun::cli
