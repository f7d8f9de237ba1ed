#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <skillrun/run.hpp>

#include "engine/log.hpp"
#include "run/conclude.hpp"
#include "run/gap_findings.hpp"
#include "run/held_sources.hpp"
#include "run/image_reach.hpp"
#include "run/labels.hpp"
#include "run/linked_targets.hpp"
#include "run/next_run_guard.hpp"
#include "run/owned_container.hpp"
#include "run/run_record.hpp"
#include "run/skill_signals.hpp"
#include "run/source_pins.hpp"
#include "run/streams.hpp"
#include "run/supervise.hpp"
#include "run/swappable.hpp"
#include "run/terminal.hpp"
#include "run/verify.hpp"
#include "run/volumes.hpp"
#include "support/process/sigpipe_guard.hpp"

namespace skillrun {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes image_deadline{60};
constexpr std::chrono::seconds call_deadline{30};
constexpr std::chrono::seconds start_deadline{120};
/// For an engine that has just failed.
constexpr std::chrono::seconds unclaimed_deadline{5};
/// An engine may need a moment between the end of the streams and its record of the exit.
constexpr std::chrono::seconds record_patience{5};
constexpr std::chrono::milliseconds record_pause{20};

/// Measures one stage.
class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::nanoseconds& into) : into_(into) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { into_ += Clock::now() - begin_; }

 private:
  std::chrono::nanoseconds& into_;
  Clock::time_point begin_ = Clock::now();
};

/// The digest by which the image's own registry knows it: an image can have come from several.
std::string digest_of(const ImageInfo& image, const ImageReference& reference) {
  if (!reference.digest.empty()) return reference.digest;
  for (const std::string& known : image.repo_digests) {
    const auto parsed = parse_image_reference(known);
    if (parsed && parsed->registry == reference.registry && parsed->repository == reference.repository) {
      return parsed->digest;
    }
  }
  return {};
}

/// Whether the engine may have done what it was asked for all the same.
bool answer_was_lost(const EngineError& error) {
  using Kind = EngineError::Kind;
  return error.kind == Kind::absent || error.kind == Kind::not_listening || error.kind == Kind::unavailable ||
         error.kind == Kind::server || error.kind == Kind::protocol || error.kind == Kind::deadline;
}

class Execution {
 public:
  Execution(Engine& engine, const ApprovedSpec& approved, const RunIo& io, RunControl& control,
            const RunOptions& options)
      : engine_(engine), approved_(approved), io_(io), control_(control), options_(options), host_(engine) {
    const ContainerSpec& spec = approved.spec();
    start_.tty = spec.tty && spec.tty->value != TtyMode::automatic ? spec.tty->value == TtyMode::on : io.terminal;
    start_.standard_input = spec.wants_stdin() && io.input >= 0;
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
  [[nodiscard]] bool can_be_honoured();
  [[nodiscard]] bool ensure();
  [[nodiscard]] bool hold();
  [[nodiscard]] std::optional<std::string> create();
  void write_record();
  void remove_unclaimed();
  [[nodiscard]] bool verify(const OwnedContainer& container);
  [[nodiscard]] bool lies_as_approved(const OwnedContainer& container);
  [[nodiscard]] bool accept(Findings findings, std::string_view what);
  [[nodiscard]] bool moved_at_start(const OwnedContainer& container);
  void run_container(OwnedContainer& container);
  [[nodiscard]] std::unique_ptr<AttachedContainer> start(const OwnedContainer& container);
  void explain_start_failure(const OwnedContainer& container, const EngineError& error);
  [[nodiscard]] Ending carry(const OwnedContainer& container, AttachedContainer& attached, SkillSignals& signals,
                             Clock::time_point started);
  [[nodiscard]] EngineResult<ContainerState> final_state(const OwnedContainer& container);
  void remove(OwnedContainer& container);
  [[nodiscard]] CallLimits limits(std::chrono::milliseconds deadline) const {
    return {deadline, &control_.cancellation()};
  }
  [[nodiscard]] bool cancelled();

  Engine& engine_;
  const ApprovedSpec& approved_;
  const RunIo& io_;
  RunControl& control_;
  const RunOptions& options_;
  StartOptions start_;
  RunLabels labels_;
  RunRecord record_;
  RunRecords records_ = RunRecords::of_user();
  ImageInfo image_;
  EngineHost host_;
  NextRunGuard guard_;            ///< until the container is gone
  std::vector<HeldSource> held_;  ///< while it is, no other file has the number of one of these
  SourcePins pins_;
  std::vector<EngineGap> gaps_;  ///< what the engine can not honour, which only defaults may ask for
  RunResult result_;
};

RunResult Execution::run() {
  const SigpipeGuard no_sigpipe;
  if (!can_be_honoured() || !ensure() || !hold()) return std::move(result_);
  auto id = create();
  if (!id) return std::move(result_);
  OwnedContainer container(engine_, std::move(*id));
  result_.container_id = container.id();
  if (verify(container) && lies_as_approved(container)) run_container(container);
  remove(container);
  return std::move(result_);
}

bool Execution::cancelled() {
  if (!control_.cancellation().cancelled()) return false;
  conclude_failure(result_, RunStatus::cancelled, {EngineError::Kind::cancelled, {}});
  return true;
}

/// What this engine would drop or read as something else is known before anything is fetched or made.
bool Execution::can_be_honoured() {
  gaps_ = engine_.gaps(approved_.spec());
  return accept(findings_of_gaps(approved_.spec(), engine_.info(), gaps_),
                cannot_honour(engine_.info()));
}

bool Execution::ensure() {
  const Stopwatch watch(result_.times.image);
  if (cancelled()) return false;
  const auto image = ensure_image(engine_, approved_, options_.progress, limits(image_deadline));
  if (options_.image_ready) options_.image_ready();
  if (!image) {
    conclude_failure(result_, RunStatus::image_unavailable, image.error());
    return false;
  }
  image_ = image->info;
  start_.environment = defused_environment(image_, approved_.spec());
  start_.image = image->private_name;
  result_.built_image = image->private_name;
  result_.image_id = image_.id;
  result_.image_digest = digest_of(image_, approved_.spec().image.value);
  return true;
}

/// What the container will see of this machine is opened as it was judged, and handed over in a form that nobody can
/// exchange; where that can not be had, nothing runs unless nobody could.
bool Execution::hold() {
  const ContainerSpec& spec = approved_.spec();
  record_ = RunRecord::begin(engine_.info().endpoint, spec.skill, !spec.removes_container());
  if (engine_.info().remote) return true;
  const Stopwatch watch(result_.times.create);
  constexpr std::string_view what = "what the skill was to see of this machine can not be held; nothing was run";
  if (auto begun = guard_.begin(approved_, engine_.info(), record_.run(), &control_.cancellation()); !begun) {
    if (cancelled()) return false;
    if (!begun.error().findings.empty()) return accept(std::move(begun.error().findings), what);
    result_.status = RunStatus::refused;
    result_.message = std::move(begun.error().message);
    return false;
  }
  auto held = hold_sources(spec);
  if (!held) return accept(std::move(held.error()), what);
  held_ = std::move(*held);
  auto pins = SourcePins::make(spec, held_, engine_.info());
  if (!pins) return accept(std::move(pins.error()), what);
  pins_ = std::move(*pins);
  start_.aliases = pins_.aliases();
  return accept(find_swappable_sources(spec, start_.aliases, guard_.begun()), what);
}

std::optional<std::string> Execution::create() {
  const Stopwatch watch(result_.times.create);
  if (cancelled()) return std::nullopt;
  if (start_.tty && (io_.capture || !io_.terminal) && engine_.info().transport == "cli") {
    conclude_failure(
        result_, RunStatus::engine_error,
        {EngineError::Kind::unsupported,
         "a client gives the skill a terminal only where there is one: use the engine's API, or --no-tty"});
    return std::nullopt;
  }
  if (auto volumes = ensure_volumes(engine_, approved_, limits(call_deadline)); !volumes) {
    conclude_failure(result_, RunStatus::engine_error, volumes.error());
    return std::nullopt;
  }
  // Not to be interrupted: a container whose id is not known yet could not be removed.
  write_record();
  auto id = engine_.create(approved_, labels_, start_, {call_deadline, nullptr});
  if (!id) {
    if (answer_was_lost(id.error())) {
      remove_unclaimed();
    } else {
      records_.remove(record_);
    }
    const bool no_image = id.error().kind == EngineError::Kind::not_found;
    conclude_failure(result_, no_image ? RunStatus::image_unavailable : RunStatus::engine_error, id.error());
    return std::nullopt;
  }
  record_.container = *id;
  if (const auto written = records_.write(record_); !written) log::debug("the run's record: {}", written.error());
  return std::move(*id);
}

/// Before there is a container: whenever skillrun is killed, the record tells gc what to do. Without one gc leaves the
/// container alone, which is no reason not to run.
void Execution::write_record() {
  labels_ = labels_of_run(approved_.spec(), options_, record_.run());
  blank_labels(labels_, image_, approved_, host_);
  if (const auto written = records_.write(record_); !written) {
    log::info("no record of this run can be written, so `skillrun gc` will not know its container: {}",
              written.error());
  }
}

/// The container that was made although its id did not arrive, found by the label of this run, which is random and was
/// told to this engine only. Two that have it: one of them is somebody's copy, and gc's user decides.
void Execution::remove_unclaimed() {
  const CallLimits limits{unclaimed_deadline, nullptr};
  const std::string run = record_.run();
  auto made = engine_.find_containers(std::string(run_label), limits);
  if (!made || run.empty()) return;
  std::erase_if(*made, [&](const ListedContainer& one) { return label_of(one.labels, run_label) != run; });
  if (made->empty()) return;
  if (made->size() > 1) return log::warn("{} containers have the label {}={}", made->size(), run_label, run);
  const auto removed = engine_.remove(made->front().id, limits);
  if (!removed) return log::warn("container {} was not removed: {}", made->front().id, removed.error().message);
  records_.remove(record_);
}

/// What the engine says it made must be what was approved: an engine that drops, adds or reads something differently,
/// an image or a bind source that was exchanged in the meantime, and nothing starts.
bool Execution::verify(const OwnedContainer& container) {
  const Stopwatch watch(result_.times.verify);
  const AskedContainer asked{.spec = approved_.spec(), .aliases = start_.aliases};
  const auto made = engine_.observe(container.id(), asked, limits(call_deadline));
  if (!made) {
    conclude_failure(result_, RunStatus::engine_error, made.error());
    return false;
  }
  const Order order{
      .spec = approved_.spec(), .image = image_, .labels = labels_, .environment = start_.environment, .gaps = gaps_};
  return accept(skillrun::verify(approved_, order, *made, host_),
                fmt::format("the container that {} made is not the one that was approved; it was removed and nothing "
                            "was run",
                            engine_.info().kind));
}

/// A mount that comes to lie elsewhere than where its target says could leave a protected file open.
bool Execution::lies_as_approved(const OwnedContainer& container) {
  const Stopwatch watch(result_.times.verify);
  auto found = find_linked_targets(engine_, container.id(), approved_.spec(), limits(call_deadline));
  if (!found) {
    conclude_failure(result_, RunStatus::engine_error, found.error());
    return false;
  }
  return accept(std::move(*found),
                "a mount would not lie where it was approved; the container was removed and nothing was run");
}

/// True when there is nothing to refuse for. What there is to know is recorded in either case.
bool Execution::accept(Findings findings, std::string_view what) {
  const bool refused = has_errors(findings);
  for (Finding& finding : findings) result_.findings.push_back(std::move(finding));
  sort_findings(result_.findings);
  if (!refused) return true;
  result_.status = RunStatus::refused;
  result_.message = what;
  return false;
}

void Execution::run_container(OwnedContainer& container) {
  // From here on signals are for the skill. One that came before has cancelled, which is looked at once more.
  SkillSignals signals(control_);
  if (cancelled()) return;
  const auto started = Clock::now();
  guard_.skill_may_run();
  const auto attached = start(container);
  // An engine that may start it again by itself will look for the sources again.
  if (!approved_.spec().restart_policy) pins_.release();
  if (!attached || moved_at_start(container)) return;
  if (!approved_.spec().removes_container()) container.keep();

  const Stopwatch watch(result_.times.run);
  const Ending ending = carry(container, *attached, signals, started);
  const auto finished = attached->finish({call_deadline, nullptr});
  if (!finished) log::info("the attached stream: {}", finished.error().message);
  const auto state = final_state(container);
  if (!state) return conclude_failure(result_, RunStatus::engine_error, state.error());
  bool ended = has_ended(*state);
  if (!container.owned() && !ended) {
    const auto killed = engine_.kill(container.id(), SIGKILL, {call_deadline, nullptr});
    if (!killed) log::warn("container {} was not killed: {}", container.id(), killed.error().message);
    const auto after = final_state(container);
    ended = after && has_ended(*after);
  }
  // One that its engine may start again can write again.
  if (ended && !approved_.spec().restart_policy) guard_.skill_has_ended();
  conclude(result_, *state, ending);
}

/// The engine resolves bind sources once more when it starts. One that leads elsewhere right after that may have done
/// so at that moment: the skill may see what it must not.
bool Execution::moved_at_start(const OwnedContainer& container) {
  Findings moved = find_moved_sources(approved_.spec(), host_);
  if (moved.empty()) return false;
  const auto killed = engine_.kill(container.id(), SIGKILL, {call_deadline, nullptr});
  if (!killed) log::warn("container {} was not killed: {}", container.id(), killed.error().message);
  result_.status = RunStatus::refused;
  result_.message = "a bind source was exchanged while the skill was started; it was killed at once";
  for (Finding& finding : moved) result_.findings.push_back(std::move(finding));
  sort_findings(result_.findings);
  return true;
}

std::unique_ptr<AttachedContainer> Execution::start(const OwnedContainer& container) {
  const Stopwatch watch(result_.times.start);
  auto attached = engine_.start(container.id(), start_, limits(start_deadline));
  if (attached) return std::move(*attached);
  explain_start_failure(container, attached.error());
  return nullptr;
}

void Execution::explain_start_failure(const OwnedContainer& container, const EngineError& error) {
  conclude_failure(result_, RunStatus::engine_error, error);
  if (result_.status == RunStatus::cancelled) return;
  const auto state = engine_.inspect(container.id(), {call_deadline, nullptr});
  const StartFailure failure = classify_start_failure(state.value_or(ContainerState{}), error.message);
  if (failure == StartFailure::other) return;
  result_.status = RunStatus::engine_error;
  result_.not_found = failure == StartFailure::not_found;
  result_.not_invocable = failure == StartFailure::not_invocable;
  result_.message =
      fmt::format("the command {} image {}: {}", result_.not_found ? "is not in" : "can not be executed in",
                  result_.image, error.message);
}

Ending Execution::carry(const OwnedContainer& container, AttachedContainer& attached, SkillSignals& signals,
                        Clock::time_point started) {
  TerminalGuard terminal(io_.terminal ? io_.input : -1);
  const bool streams_are_ours = attached.output_fd() >= 0;
  if (start_.tty && streams_are_ours) terminal.make_raw();
  Pump pump(attached, io_);
  const Watched watched{.engine = engine_,
                        .id = container.id(),
                        .spec = approved_.spec(),
                        .container = attached,
                        .pump = pump,
                        .control = control_,
                        .signals = signals,
                        .terminal = start_.tty && io_.terminal ? io_.output : -1,
                        .started = started,
                        .look_at_terminal = [&terminal] { terminal.look_again(); },
                        .stop_program = [&terminal] { terminal.stop_program(); }};
  Ending ending = supervise(watched);
  result_.output = pump.take_output();
  result_.error = pump.take_error();
  result_.input_bytes = pump.input_bytes();
  return ending;
}

EngineResult<ContainerState> Execution::final_state(const OwnedContainer& container) {
  const auto until = Clock::now() + record_patience;
  while (true) {
    auto state = engine_.inspect(container.id(), {call_deadline, nullptr});
    if (!state || has_ended(*state) || Clock::now() >= until) return state;
    std::this_thread::sleep_for(record_pause);
  }
}

void Execution::remove(OwnedContainer& container) {
  if (!container.owned()) return;
  const Stopwatch watch(result_.times.remove);
  const auto removed = container.remove();
  if (removed) {
    guard_.skill_has_ended();
    return records_.remove(record_);
  }
  const std::string trouble = fmt::format("container {} was not removed: {}; `skillrun gc` removes it", container.id(),
                                          removed.error().message);
  result_.message += result_.message.empty() ? trouble : fmt::format("; {}", trouble);
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

}  // namespace skillrun
