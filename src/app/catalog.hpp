#pragma once

#include <expected>

#include <skillrun/manifest.hpp>
#include <skillrun/run.hpp>

#include "app/selection.hpp"

namespace skillrun::app {

/// Discovers manifests, and marks those that a skill could have written.
[[nodiscard]] std::expected<SkillCatalog, RunResult> open_catalog(const Selection& selection, Warnings& warnings);

/// One sentence for each manifest that no run would believe.
[[nodiscard]] Warnings doubts_of(const SkillCatalog& catalog);

/// The skill, or why it cannot be had: no such skill, its manifest is not valid, or one that is in doubt may have it.
/// `commands` are SkillRequest's.
[[nodiscard]] std::expected<FoundSkill, RunResult> find_skill(SkillCatalog& catalog, const std::string& name,
                                                              const std::vector<std::string>& commands = {});

}  // namespace skillrun::app
