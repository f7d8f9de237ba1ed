#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include <skillrun/run.hpp>

#include "engine/log.hpp"
#include "run/conclude.hpp"
#include "run/lease.hpp"
#include "run/skill_signals.hpp"
#include "run/stopwatch.hpp"
#include "run/streams.hpp"
#include "run/supervise.hpp"
#include "run/terminal.hpp"
#include "run/verify.hpp"
#include "support/process/sigpipe_guard.hpp"

namespace skillrun::inline v0 {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds start_deadline{120};
/// An engine may need a moment between the end of the streams and its record of the exit.
constexpr std::chrono::seconds record_patience{5};
constexpr std::chrono::milliseconds record_pause{20};
/// Ctrl-Z, which a raw terminal makes no signal of.
constexpr char stop_key = '\x1A';

/// A terminal for the skill: what the spec says, otherwise as the caller has one.
bool wants_terminal(const ContainerSpec& spec, const RunIo& io) {
  return spec.tty && spec.tty->value != TtyMode::automatic ? spec.tty->value == TtyMode::on : io.terminal;
}

LeaseRequest lease_request(const ContainerSpec& spec, const RunIo& io, const RunOptions& options) {
  return {.standard_input = spec.wants_stdin() && io.input >= 0,
          .tty = wants_terminal(spec, io),
          .terminal_size = io.terminal ? window_size(io.output) : std::nullopt,
          .labels = options.labels,
          .progress = options.progress,
          .image_ready = options.image_ready,
          .pull_timeout = options.pull_timeout};
}

class Execution {
 public:
  Execution(Engine& engine, const ApprovedSpec& approved, const RunIo& io, RunControl& control,
            const RunOptions& options)
      : engine_(engine),
        approved_(approved),
        io_(io),
        control_(control),
        lease_(engine, approved, lease_request(approved.spec(), io, options), control.cancellation(), result_) {
    const ContainerSpec& spec = approved.spec();
    result_.skill = spec.skill;
    result_.instance = spec.instance;
    result_.image = spec.image.value.familiar();
    result_.engine = engine.info();
    result_.policy = approved.policy();
    result_.policy_digest = approved.policy_digest();
    result_.findings = approved.findings();
  }

  RunResult run();

 private:
  [[nodiscard]] bool moved_at_start();
  void run_container();
  [[nodiscard]] std::unique_ptr<AttachedContainer> start();
  [[nodiscard]] Ending carry(AttachedContainer& attached, SkillSignals& signals, Clock::time_point started);
  [[nodiscard]] EngineResult<ContainerState> final_state();
  void kill();

  Engine& engine_;
  const ApprovedSpec& approved_;
  const RunIo& io_;
  RunControl& control_;
  RunResult result_;
  Lease lease_;
};

RunResult Execution::run() {
  const SigpipeGuard no_sigpipe;
  if (!lease_.take()) return std::move(result_);
  run_container();
  lease_.give_back();
  return std::move(result_);
}

void Execution::run_container() {
  // From here on signals are for the skill. One that came before has cancelled, which is looked at once more.
  SkillSignals signals(control_);
  if (control_.cancellation().cancelled()) {
    return conclude_failure(result_, RunFailure::engine_error, {EngineError::Kind::cancelled, {}});
  }
  const auto started = Clock::now();
  lease_.skill_may_run();
  const auto attached = start();
  // An engine that may start it again by itself will look for the sources again.
  if (!approved_.spec().restart_policy) lease_.release_sources();
  if (!attached || moved_at_start()) return;
  if (!approved_.spec().removes_container()) lease_.keep();

  const Stopwatch watch(result_.times.run);
  const Ending ending = carry(*attached, signals, started);
  const auto finished = attached->finish({call_deadline, nullptr});
  if (!finished) log::info("the attached stream: {}", finished.error().message);
  const auto state = final_state();
  if (!state) return conclude_failure(result_, RunFailure::engine_error, state.error());
  bool ended = has_ended(*state);
  if (!lease_.owned() && !ended) {
    kill();
    const auto after = final_state();
    ended = after && has_ended(*after);
  }
  // One that its engine may start again can write again.
  if (ended && !approved_.spec().restart_policy) lease_.skill_has_ended();
  conclude(result_, *state, ending);
}

/// The engine resolves bind sources once more when it starts. One that leads elsewhere right after that may have done
/// so at that moment: the skill may see what it must not.
bool Execution::moved_at_start() {
  Findings moved = find_moved_sources(approved_.spec(), lease_.host());
  if (moved.empty()) return false;
  kill();
  return !lease_.accept(std::move(moved),
                        "a bind source was replaced while the skill was started; it was killed at once");
}

void Execution::kill() {
  const auto killed = engine_.containers().kill(lease_.id(), SIGKILL, {call_deadline, nullptr});
  if (!killed) log::warn("container {} was not killed: {}", lease_.id(), killed.error().message);
}

std::unique_ptr<AttachedContainer> Execution::start() {
  const Stopwatch watch(result_.times.start);
  auto attached =
      engine_.containers().start(lease_.id(), lease_.start_options(), {start_deadline, &control_.cancellation()});
  if (attached) return std::move(*attached);
  conclude_failure(result_, RunFailure::engine_error, attached.error());
  return nullptr;
}

Ending Execution::carry(AttachedContainer& attached, SkillSignals& signals, Clock::time_point started) {
  TerminalGuard terminal(io_.terminal ? io_.input : -1);
  const bool tty = lease_.start_options().tty;
  if (tty) terminal.make_raw();
  const bool keys_are_ours = tty && io_.terminal && io_.stop_key;
  Pump pump(attached, io_, keys_are_ours ? std::optional(stop_key) : std::nullopt);
  const Watched watched{.containers = engine_.containers(),
                        .id = lease_.id(),
                        .spec = approved_.spec(),
                        .container = attached,
                        .pump = pump,
                        .control = control_,
                        .signals = signals,
                        .terminal = tty && io_.terminal ? io_.output : -1,
                        .started = started,
                        .look_at_terminal = [&terminal] { terminal.look_again(); },
                        .stop = [&terminal](Stopped who) { terminal.stop(who); },
                        .outlives_client = io_.outlives_client || io_.capture};
  Ending ending = supervise(watched);
  result_.output = pump.take_output();
  result_.error = pump.take_error();
  result_.input_bytes = pump.input_bytes();
  return ending;
}

EngineResult<ContainerState> Execution::final_state() {
  const auto until = Clock::now() + record_patience;
  while (true) {
    auto state = engine_.containers().inspect(lease_.id(), {call_deadline, nullptr});
    if (!state || has_ended(*state) || Clock::now() >= until) return state;
    std::this_thread::sleep_for(record_pause);
  }
}

}  // namespace

RunResult execute(Engine& engine, const ApprovedSpec& approved, const RunIo& io, RunControl& control,
                  const RunOptions& options) {
  std::chrono::nanoseconds total{};
  const auto begin = Clock::now();
  RunResult result;
  {
    const Stopwatch watch(total);
    result = Execution(engine, approved, io, control, options).run();
  }
  result.times.total = total;
  result.times.queued = begin - std::min(options.requested.value_or(begin), begin);
  return result;
}

}  // namespace skillrun::inline v0
