#include "run/leftovers.hpp"

#include <algorithm>

#include "engine/cli/private_folder.hpp"
#include "run/labels.hpp"

namespace skillrun {

namespace {

void judge(Leftover& leftover, const ProcessOwner& owner, const ProcessOwner& here, const LookAtProcess& look) {
  OwnerVerdict verdict = judge_owner(owner, here, look);
  leftover.remove = verdict.kind == OwnerVerdict::Kind::ended;
  leftover.reason = std::move(verdict.reason);
}

}  // namespace

Leftover judge_container(const ListedContainer& container, const ProcessOwner& here, const LookAtProcess& look) {
  Leftover leftover{.kind = Leftover::Kind::container,
                    .name = container.id,
                    .skill = label_of(container.labels, skill_label),
                    .status = container.status,
                    .reason = {},
                    .trouble = {}};
  if (label_of(container.labels, run_label).empty()) {
    leftover.reason = "no run made it";
  } else if (is_kept(container.labels)) {
    leftover.reason = "it was meant to stay";
  } else {
    judge(leftover, owner_of(container.labels), here, look);
  }
  return leftover;
}

EngineResult<std::vector<Leftover>> find_leftovers(Engine& engine, const ProcessOwner& here, const LookAtProcess& look,
                                                   CallLimits limits) {
  auto containers = engine.find_containers(std::string(run_label), limits);
  if (!containers) return std::unexpected(containers.error());
  std::ranges::sort(*containers, {}, &ListedContainer::id);
  std::vector<Leftover> found;
  for (const ListedContainer& container : *containers) found.push_back(judge_container(container, here, look));
  for (const FoundFolder& folder : find_private_folders()) {
    Leftover& leftover = found.emplace_back();
    leftover.kind = Leftover::Kind::folder;
    leftover.name = folder.path;
    judge(leftover, folder.owner, here, look);
  }
  return found;
}

bool remove_leftovers(Engine& engine, std::vector<Leftover>& leftovers, CallLimits limits) {
  bool all = true;
  for (Leftover& leftover : leftovers) {
    if (!leftover.remove) continue;
    if (leftover.kind == Leftover::Kind::container) {
      if (const auto removed = engine.remove(leftover.name, limits); !removed)
        leftover.trouble = removed.error().message;
    } else if (const std::error_code error = remove_private_folder(leftover.name)) {
      leftover.trouble = error.message();
    }
    all = all && !leftover.trouble;
  }
  return all;
}

}  // namespace skillrun
