#include "run/leftovers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "run/labels.hpp"
#include "run/source_pins.hpp"
#include "support/process/private_folder.hpp"

namespace skillrun::inline v0 {

namespace {

/// An engine that was working on a request may make the container when skillrun is gone already.
constexpr std::chrono::hours late_container{24};
/// A client is one program for whatever engine its own settings name today.
constexpr std::chrono::days other_engine{30};

/// Whether a container that the engine does not have will not be found there any more.
bool is_past(const RunRecord& record, const LeftoverView& view) {
  const auto age = view.now - record.written;
  if (view.engine.transport == "cli") return age > other_engine;
  return !record.container.empty() || age > late_container;
}

void judge(Leftover& leftover, const ProcessOwner& owner, const LeftoverView& view) {
  OwnerVerdict verdict = judge_owner(owner, view.here, view.look);
  leftover.remove = verdict.kind == OwnerVerdict::Kind::ended;
  leftover.reason = std::move(verdict.reason);
}

/// The record of exactly this container, or half a sentence that says why there is none.
std::expected<const RunRecord*, std::string> record_of(const ListedContainer& container, const LeftoverView& view) {
  const std::string run = label_of(container.labels, run_label);
  const auto record = std::ranges::find(view.records, run, &RunRecord::run);
  if (run.empty() || record == view.records.end())
    return std::unexpected("no record of this user says that a run made it");
  if (!record->container.empty()) {
    if (record->container == container.id) return &*record;
    return std::unexpected("it has the label of a run that made another container");
  }
  // The id never arrived: the label is all there is, which nobody could know before. Afterwards it can be copied.
  const auto claims = std::ranges::count_if(
      view.containers, [&](const ListedContainer& other) { return label_of(other.labels, run_label) == run; });
  if (claims > 1) return std::unexpected("more than one container has the label of its run");
  if (record->endpoint != view.engine.endpoint) return std::unexpected("its run used another engine");
  return &*record;
}

}  // namespace

Leftover judge_container(const ListedContainer& container, const LeftoverView& view) {
  Leftover leftover{.kind = Leftover::Kind::container,
                    .name = container.id,
                    .skill = label_of(container.labels, skill_label),
                    .status = container.status,
                    .reason = {},
                    .trouble = {},
                    .record = {}};
  const auto record = record_of(container, view);
  if (!record) {
    leftover.reason = fmt::format("{}; `{} rm --force --volumes {:.12}` removes it by hand", record.error(),
                                  view.engine.kind, container.id);
    return leftover;
  }
  leftover.record = **record;
  leftover.skill = (*record)->skill;
  if ((*record)->keep) {
    leftover.reason = "it was meant to stay";
  } else {
    judge(leftover, (*record)->owner, view);
  }
  return leftover;
}

std::vector<Leftover> judge_records(const LeftoverView& view) {
  std::vector<Leftover> found;
  for (const RunRecord& record : view.records) {
    const bool present = std::ranges::any_of(view.containers, [&](const ListedContainer& container) {
      return container.id == record.container || label_of(container.labels, run_label) == record.run();
    });
    if (present || !is_past(record, view) || record.endpoint != view.engine.endpoint) continue;
    Leftover leftover{.kind = Leftover::Kind::record,
                      .name = record.run(),
                      .skill = record.skill,
                      .status = {},
                      .reason = {},
                      .trouble = {},
                      .record = record};
    judge(leftover, record.owner, view);
    if (leftover.remove) found.push_back(std::move(leftover));
  }
  return found;
}

EngineResult<std::vector<Leftover>> find_leftovers(Engine& engine, const RunRecords& records, const ProcessOwner& here,
                                                   const LookAtProcess& look, CallLimits limits) {
  // Before the records: one of a run that begins in between has an owner that lives.
  auto containers = engine.containers().find_containers(std::string(run_label), limits);
  if (!containers) return std::unexpected(containers.error());
  std::ranges::sort(*containers, {}, &ListedContainer::id);
  const std::vector<RunRecord> known = records.read();
  const LeftoverView view{.engine = engine.info(),
                          .records = known,
                          .containers = *containers,
                          .here = here,
                          .look = look,
                          .now = std::chrono::system_clock::now()};
  std::vector<Leftover> found;
  for (const ListedContainer& container : *containers) found.push_back(judge_container(container, view));
  std::ranges::move(judge_records(view), std::back_inserter(found));
  const auto add = [&](Leftover::Kind kind, const std::vector<FoundFolder>& folders) {
    for (const FoundFolder& folder : folders) {
      Leftover& leftover = found.emplace_back();
      leftover.kind = kind;
      leftover.name = folder.path;
      judge(leftover, folder.owner, view);
    }
  };
  add(Leftover::Kind::folder, find_private_folders());
  if (const std::string place = pins_place(); !place.empty()) add(Leftover::Kind::pins, find_owned_folders(place));
  return found;
}

bool remove_leftovers(ContainerBackend& backend, const RunRecords& records, std::vector<Leftover>& leftovers,
                      CallLimits limits) {
  bool all = true;
  for (Leftover& leftover : leftovers) {
    if (!leftover.remove) continue;
    if (leftover.kind == Leftover::Kind::folder || leftover.kind == Leftover::Kind::pins) {
      const std::error_code error =
          leftover.kind == Leftover::Kind::pins ? remove_pins(leftover.name) : remove_private_folder(leftover.name);
      if (error) leftover.trouble = error.message();
    } else if (leftover.kind == Leftover::Kind::container) {
      if (const auto removed = backend.remove(leftover.name, limits); !removed)
        leftover.trouble = removed.error().message;
    }
    if (const bool recorded = leftover.kind == Leftover::Kind::container || leftover.kind == Leftover::Kind::record;
        recorded && !leftover.trouble) {
      records.remove(leftover.record);
    }
    all = all && !leftover.trouble;
  }
  return all;
}

}  // namespace skillrun::inline v0
