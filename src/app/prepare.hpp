#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/run.hpp>

#include "app/grant_store.hpp"
#include "app/selection.hpp"

namespace skillrun::app {

/// A skill, read and typed but not judged, and the policy that will judge it.
struct Prepared {
  FoundSkill found;
  ResolvedSkill resolved;
  ContainerSpec spec;
  std::shared_ptr<const Policy> policy;
  Grants options;          ///< what the request grants; a part of the spec's
  std::string stale = {};  ///< why what was granted earlier does not hold, for people; empty: it does, or nothing was
};

/// Finds, resolves and types the skill. The RunResult of a failure has its status, message and findings.
[[nodiscard]] std::expected<Prepared, RunResult> prepare(const Selection& selection, const SkillRequest& request,
                                                         Warnings& warnings);

/// The caller's answers to `skillrun allow`; nothing when there is no home.
[[nodiscard]] std::optional<GrantStore> grant_store();

/// True when a finding is about what somebody could grant and nobody has.
[[nodiscard]] bool asks_for_something(const Findings& findings);

}  // namespace skillrun::app
