#include "run/conclude.hpp"

#include <csignal>

#include <fmt/format.h>

namespace skillrun {

namespace {

constexpr int signal_base = 128;
constexpr int last_signal = 64;

void ended_by_signal(RunResult& result, int number) {
  result.status = RunStatus::signalled;
  result.signal = number;
  result.exit_code = signal_base + number;
}

void ended_by_itself(RunResult& result, const ContainerState& state) {
  const int code = state.exit_code;
  if (state.out_of_memory && code == signal_base + SIGKILL) {
    ended_by_signal(result, SIGKILL);
    result.status = RunStatus::out_of_memory;
    result.message = "the skill ran out of memory and was killed: raise docker.memory";
    return;
  }
  if (state.out_of_memory) result.message = "a process of the skill ran out of memory and was killed";
  if (code > signal_base && code <= signal_base + last_signal) return ended_by_signal(result, code - signal_base);
  result.status = RunStatus::exited;
  result.exit_code = code;
}

}  // namespace

bool has_ended(const ContainerState& state) noexcept {
  return state.status == "exited" || state.status == "stopped" || state.status == "dead";
}

void conclude(RunResult& result, const ContainerState& state, const Ending& ending) {
  result.image_id = state.image_id.empty() ? result.image_id : state.image_id;
  if (ending.given_up || !has_ended(state)) {
    result.status = RunStatus::engine_error;
    result.message = ending.given_up
                         ? "the container did not end after it was killed"
                         : fmt::format("the connection to the skill ended while its container is {}", state.status);
    return;
  }
  ended_by_itself(result, state);
  switch (ending.cause) {
    case EndCause::by_itself: break;
    case EndCause::timed_out:
      result.status = RunStatus::timed_out;
      result.message = "the skill was ended by its timeout";
      break;
    case EndCause::cancelled:
      result.status = RunStatus::cancelled;
      result.message = "the run was cancelled";
      break;
    case EndCause::reader_gone:
      // What a shell sees of a program that writes to a closed pipe; nothing to talk about.
      ended_by_signal(result, SIGPIPE);
      result.message.clear();
      break;
    case EndCause::write_failed:
    case EndCause::lost_stream:
      result.status = RunStatus::engine_error;
      result.message = ending.message;
      break;
  }
}

void conclude_failure(RunResult& result, RunStatus otherwise, const EngineError& error) {
  result.message = error.message;
  switch (error.kind) {
    case EngineError::Kind::cancelled:
      result.status = RunStatus::cancelled;
      result.message = "interrupted before the skill ran";
      break;
    case EngineError::Kind::absent:
    case EngineError::Kind::not_listening:
    case EngineError::Kind::unavailable:
    case EngineError::Kind::permission_denied: result.status = RunStatus::engine_unavailable; break;
    case EngineError::Kind::untrusted: result.status = RunStatus::refused; break;
    default: result.status = otherwise; break;
  }
}

}  // namespace skillrun
