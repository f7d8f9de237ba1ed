#include "run/conclude.hpp"

#include <csignal>
#include <variant>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

constexpr int signal_base = 128;
constexpr int last_signal = 64;

/// How the skill's first process ended, whoever saw to it.
Outcome end_of(const ContainerState& state) {
  const int code = state.exit_code;
  if (state.out_of_memory && code == signal_base + SIGKILL) return outcome::OutOfMemory{};
  if (code > signal_base && code <= signal_base + last_signal) return outcome::Signalled{code - signal_base};
  return outcome::Exited{code};
}

}  // namespace

bool has_ended(const ContainerState& state) noexcept {
  return state.status == "exited" || state.status == "stopped" || state.status == "dead";
}

void conclude(RunResult& result, const ContainerState& state, const Ending& ending) {
  result.image_id = state.image_id.empty() ? result.image_id : state.image_id;
  if (ending.given_up || !has_ended(state)) {
    result.outcome = outcome::Failed{RunFailure::engine_error};
    result.message = ending.given_up
                         ? "the container did not end after it was killed"
                         : fmt::format("the connection to the skill ended while its container is {}", state.status);
    return;
  }
  result.outcome = end_of(state);
  switch (ending.cause) {
    case EndCause::by_itself:
      if (std::holds_alternative<outcome::OutOfMemory>(result.outcome)) {
        result.message = "the skill ran out of memory and was killed: raise docker.memory";
      } else if (state.out_of_memory) {
        result.message = "a process of the skill ran out of memory and was killed";
      }
      break;
    case EndCause::timed_out:
      result.outcome = outcome::TimedOut{result.signal()};
      result.message = "the skill was ended by its timeout";
      break;
    case EndCause::cancelled:
      result.outcome = outcome::Cancelled{result.signal()};
      result.message = "the run was cancelled";
      break;
    case EndCause::reader_gone:
      // What a shell sees of a program that writes to a closed pipe; nothing to talk about.
      result.outcome = outcome::Signalled{SIGPIPE};
      break;
    case EndCause::deserted:
      result.outcome = outcome::Cancelled{result.signal()};
      result.message = "the run was ended: its input was over and nobody could read what the skill says";
      break;
    case EndCause::write_failed:
    case EndCause::lost_stream:
      result.outcome = outcome::Failed{RunFailure::engine_error, result.signal()};
      result.message = ending.message;
      break;
  }
}

void conclude_failure(RunResult& result, RunFailure otherwise, const EngineError& error) {
  result.message = error.message;
  switch (error.kind) {
    case EngineError::Kind::cancelled:
      result.outcome = outcome::Cancelled{};
      result.message = "interrupted before the skill ran";
      break;
    case EngineError::Kind::absent:
    case EngineError::Kind::not_listening:
    case EngineError::Kind::unavailable:
    case EngineError::Kind::permission_denied: result.outcome = outcome::Failed{RunFailure::engine_unavailable}; break;
    case EngineError::Kind::untrusted: result.outcome = outcome::Failed{RunFailure::refused}; break;
    case EngineError::Kind::no_such_command:
      result.outcome = outcome::NoSuchCommand{};
      result.message = fmt::format("the command is not in image {}: {}", result.image, error.message);
      break;
    case EngineError::Kind::not_executable:
      result.outcome = outcome::NotExecutable{};
      result.message = fmt::format("the command cannot be executed in image {}: {}", result.image, error.message);
      break;
    default: result.outcome = outcome::Failed{otherwise}; break;
  }
}

}  // namespace skillrun::inline v0
