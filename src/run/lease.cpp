#include "run/lease.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "engine/log.hpp"
#include "run/conclude.hpp"
#include "run/gap_findings.hpp"
#include "run/image_command.hpp"
#include "run/image_reach.hpp"
#include "run/labels.hpp"
#include "run/linked_targets.hpp"
#include "run/stopwatch.hpp"
#include "run/swappable.hpp"
#include "run/verify.hpp"
#include "run/volumes.hpp"

namespace skillrun::inline v0 {

namespace {

/// For an engine that has just failed.
constexpr std::chrono::seconds unclaimed_deadline{5};
constexpr std::string_view displaced =
    "a mount would not lie where it was approved; the container was removed and nothing was run";

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

}  // namespace

Lease::Lease(Engine& engine, const ApprovedSpec& approved, LeaseRequest request, const Cancellation& cancellation,
             RunResult& result)
    : engine_(engine),
      approved_(approved),
      request_(std::move(request)),
      cancellation_(cancellation),
      result_(result),
      host_(engine) {
  start_.tty = request_.tty;
  start_.terminal_size = request_.terminal_size;
  start_.standard_input = request_.standard_input;
}

bool Lease::take() {
  if (!can_be_honoured() || !ensure() || !hold() || !create()) return false;
  if (verify() && lies_as_approved() && has_its_command()) return true;
  give_back();
  return false;
}

bool Lease::cancelled() {
  if (!cancellation_.cancelled()) return false;
  conclude_failure(result_, RunFailure::engine_error, {EngineError::Kind::cancelled, {}});
  return true;
}

/// What this engine would drop or read as something else is known before anything is fetched or made.
bool Lease::can_be_honoured() {
  gaps_ = engine_.gaps(approved_.spec());
  return accept(findings_of_gaps(approved_.spec(), engine_.info(), gaps_), cannot_honour(engine_.info()));
}

bool Lease::ensure() {
  const Stopwatch watch(result_.times.image);
  if (cancelled()) return false;
  const auto deadline = approved_.spec().build ? usual_build_timeout : request_.pull_timeout;
  const auto image = ensure_image(engine_, approved_, request_.progress, limits(deadline));
  if (request_.image_ready) request_.image_ready();
  if (!image) {
    conclude_failure(result_, RunFailure::image_unavailable, image.error());
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
/// exchange; where that cannot be had, nothing runs unless nobody could.
bool Lease::hold() {
  const ContainerSpec& spec = approved_.spec();
  record_ = RunRecord::begin(engine_.info().endpoint, spec.skill, !spec.removes_container());
  if (engine_.info().remote) return true;
  const Stopwatch watch(result_.times.create);
  constexpr std::string_view what = "what the skill was to see of this machine cannot be held; nothing was run";
  if (auto begun = guard_.begin(approved_, engine_.info(), record_.run(), &cancellation_); !begun) {
    if (cancelled()) return false;
    if (!begun.error().findings.empty()) return accept(std::move(begun.error().findings), what);
    result_.outcome = outcome::Failed{RunFailure::refused};
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

bool Lease::create() {
  const Stopwatch watch(result_.times.create);
  if (cancelled()) return false;
  if (auto volumes = ensure_volumes(engine_.volumes(), approved_, limits(call_deadline)); !volumes) {
    conclude_failure(result_, RunFailure::engine_error, volumes.error());
    return false;
  }
  // Not to be interrupted: a container whose id is not known yet could not be removed.
  write_record();
  auto id = engine_.containers().create(approved_, labels_, start_, {call_deadline, nullptr});
  if (!id) {
    if (answer_was_lost(id.error())) {
      remove_unclaimed();
    } else {
      records_.remove(record_);
    }
    const bool no_image = id.error().kind == EngineError::Kind::not_found;
    conclude_failure(result_, no_image ? RunFailure::image_unavailable : RunFailure::engine_error, id.error());
    return false;
  }
  record_.container = *id;
  if (const auto written = records_.write(record_); !written) log::debug("the run's record: {}", written.error());
  container_.emplace(engine_.containers(), std::move(*id));
  result_.container_id = container_->id();
  return true;
}

/// Before there is a container: whenever skillrun is killed, the record tells gc what to do. Without one gc leaves the
/// container alone, which is no reason not to run.
void Lease::write_record() {
  labels_ = labels_of_run(approved_.spec(), request_.labels, record_.run());
  blank_labels(labels_, image_, approved_, host_);
  if (const auto written = records_.write(record_); !written) {
    log::info("no record of this run can be written, so `skillrun gc` will not know its container: {}",
              written.error());
  }
}

/// The container that was made although its id did not arrive, found by the label of this run, which is random and was
/// told to this engine only. Two that have it: one of them is somebody's copy, and gc's user decides.
void Lease::remove_unclaimed() {
  const CallLimits limits{unclaimed_deadline, nullptr};
  const std::string run = record_.run();
  auto made = engine_.containers().find_containers(std::string(run_label), limits);
  if (!made || run.empty()) return;
  std::erase_if(*made, [&](const ListedContainer& one) { return label_of(one.labels, run_label) != run; });
  if (made->empty()) return;
  if (made->size() > 1) return log::warn("{} containers have the label {}={}", made->size(), run_label, run);
  const auto removed = engine_.containers().remove(made->front().id, limits);
  if (!removed) return log::warn("container {} was not removed: {}", made->front().id, removed.error().message);
  records_.remove(record_);
}

/// What the engine says it made must be what was approved: an engine that drops, adds or reads something differently,
/// an image or a bind source that was exchanged in the meantime, and nothing starts.
bool Lease::verify() {
  const Stopwatch watch(result_.times.verify);
  const AskedContainer asked{.spec = approved_.spec(), .aliases = start_.aliases};
  const auto made = engine_.containers().observe(container_->id(), asked, limits(call_deadline));
  if (!made) {
    // A link that leads a mount astray is the reason that helps.
    if (lies_as_approved()) conclude_failure(result_, RunFailure::engine_error, made.error());
    return false;
  }
  argv_ = made->argv;
  const Order order{
      .spec = approved_.spec(), .image = image_, .labels = labels_, .environment = start_.environment, .gaps = gaps_};
  Findings differences = skillrun::verify(approved_, order, *made, host_);
  if (has_errors(differences)) {
    // The same here: an engine that tells where mounts came to lie does not say why.
    auto links = find_linked_targets(engine_, container_->id(), approved_.spec(), limits(call_deadline));
    if (links) std::ranges::move(*links, std::back_inserter(differences));
  }
  return accept(std::move(differences),
                fmt::format("the container that {} made is not the one that was approved; it was removed and nothing "
                            "was run",
                            engine_.info().kind == "native" ? "the native engine" : engine_.info().kind));
}

/// A mount that comes to lie elsewhere than where its target says could leave a protected file open.
bool Lease::lies_as_approved() {
  const Stopwatch watch(result_.times.verify);
  auto found = find_linked_targets(engine_, container_->id(), approved_.spec(), limits(call_deadline));
  if (!found) {
    conclude_failure(result_, RunFailure::engine_error, found.error());
    return false;
  }
  return accept(std::move(*found), displaced);
}

/// An init would start without it.
bool Lease::has_its_command() {
  const Stopwatch watch(result_.times.verify);
  const CommandOrder order{.spec = approved_.spec(), .image = image_, .argv = argv_};
  const auto unusable = find_unusable_command(engine_, container_->id(), order, limits(call_deadline));
  if (unusable) conclude_failure(result_, RunFailure::engine_error, *unusable);
  return !unusable;
}

/// True when there is nothing to refuse for. What there is to know is recorded in either case.
bool Lease::accept(Findings findings, std::string_view what) {
  const bool refused = has_errors(findings);
  for (Finding& finding : findings) result_.findings.push_back(std::move(finding));
  sort_findings(result_.findings);
  if (!refused) return true;
  result_.outcome = outcome::Failed{RunFailure::refused};
  result_.message = what;
  return false;
}

void Lease::give_back() {
  if (!container_ || !container_->owned()) return;
  const Stopwatch watch(result_.times.remove);
  const auto removed = container_->remove();
  if (removed) {
    guard_.skill_has_ended();
    return records_.remove(record_);
  }
  const std::string trouble = fmt::format("container {} was not removed: {}; `skillrun gc` removes it",
                                          container_->id(), removed.error().message);
  result_.message += result_.message.empty() ? trouble : fmt::format("; {}", trouble);
}

}  // namespace skillrun::inline v0
