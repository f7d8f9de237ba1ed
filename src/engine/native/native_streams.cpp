#include <fstream>
#include <string>

#include <fmt/format.h>

#include "engine/command.hpp"
#include "engine/log.hpp"
#include "engine/native/native_container.hpp"
#include "engine/request_log.hpp"
#include "support/json.hpp"
#include "support/process/pipe.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t most_log_bytes = std::size_t{1} << 20;

/// The last line's "msg".
std::string last_complaint(std::string_view log) {
  std::string complaint;
  for (const std::string_view line : split(log, '\n')) {
    boost::system::error_code error;
    const json::value entry = json::parse(line, error);
    const json::object* object = error ? nullptr : entry.if_object();
    const json::value* message = object != nullptr ? object->if_contains("msg") : nullptr;
    if (message != nullptr && message->is_string()) complaint = message->get_string();
  }
  return complaint;
}

/// What the runtime was to execute; empty while that is not written.
std::string first_word(const json::object& config) {
  const json::value* process = config.if_contains("process");
  const json::value* words = process != nullptr ? process->as_object().if_contains("args") : nullptr;
  return words != nullptr && !words->as_array().empty() ? std::string(words->as_array().front().as_string()) : "";
}

}  // namespace

EngineResult<ContainerStreams> make_streams(const StartOptions& options) {
  ContainerStreams streams;
  streams.ours.terminal = options.tty;
  if (options.tty) return streams;
  const auto make = [](UniqueFd& reader, UniqueFd& writer) -> EngineResult<void> {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(engine_error(pipe.error()));
    reader = std::move(pipe->first);
    writer = std::move(pipe->second);
    return {};
  };
  if (options.standard_input) {
    if (auto made = make(streams.input, streams.ours.input); !made) return std::unexpected(made.error());
    set_nonblocking(streams.ours.input.get());
  }
  if (auto made = make(streams.ours.output, streams.output); !made) return std::unexpected(made.error());
  if (auto made = make(streams.ours.error, streams.error); !made) return std::unexpected(made.error());
  set_nonblocking(streams.ours.output.get());
  set_nonblocking(streams.ours.error.get());
  return streams;
}

EngineResult<std::vector<UniqueFd>> run_runtime(NativeContainer& container, const std::string& program,
                                                const std::string& command, CallLimits limits) {
  if (log::writes(log::Level::debug)) {
    log::debug("{}", shown_words(program, std::vector<std::string>{command, container.short_id()}));
  }
  auto done = container.keeper->ask({.words = {command}}, limits);
  if (done) return done;
  const auto log = read_file(container.folder.file(bundle_names::log), most_log_bytes);
  return std::unexpected(runtime_error(log.value_or(""), first_word(container.config), done.error()));
}

EngineError runtime_error(std::string_view log, const std::string& command, const EngineError& otherwise) {
  const std::string words = last_complaint(log);
  if (words.empty()) return otherwise;
  EngineError error{.kind = EngineError::Kind::refused, .message = printable(words)};
  // crun: "executable file `x` not found in $PATH"; runc: `exec: "x": executable file not found in $PATH`, `exec: "/x":
  // stat /x: no such file or directory`, `exec: "/x": permission denied`.
  const bool of_command =
      words.contains("executable file") || words.contains("exec: \"") || words.starts_with("open executable");
  if (!of_command) return error;
  const bool there = words.contains("ermission denied") || words.contains("not permitted");
  error.kind = there ? EngineError::Kind::not_executable : EngineError::Kind::no_such_command;
  // crun does not say which it was.
  if (!command.empty() && !words.contains(command)) {
    error.message = fmt::format("'{}': {}", printable(command), error.message);
  }
  return error;
}

pid_t process_of(int pidfd) {
  std::ifstream file(fmt::format("/proc/self/fdinfo/{}", pidfd));
  for (std::string word; file >> word;) {
    pid_t pid = -1;
    if (word == "Pid:" && file >> pid) return pid;
  }
  return -1;
}

}  // namespace skillrun::inline v0
