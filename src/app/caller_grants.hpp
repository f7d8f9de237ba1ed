#pragma once

#include <expected>
#include <optional>
#include <string>

#include <skillrun/manifest.hpp>

#include "app/grant_record.hpp"
#include "app/selection.hpp"

namespace skillrun::app {

/// What the command line grants: --allow-mount PATH[:ro|:rw] as the real path, and -e NAME. A message when a word is
/// none.
[[nodiscard]] std::expected<Grants, std::string> option_grants(const SkillRequest& request);

/// A record of this skill as the manifest is now, with nothing granted yet. A message when its path cannot be told.
[[nodiscard]] std::expected<GrantRecord, std::string> record_for(const ResolvedSkill& skill, std::string day);

/// What was recorded for a skill, and whether it holds.
struct Recorded {
  std::optional<GrantRecord> record;
  bool holds = false;  ///< the manifest and its build context are those that were shown
};

[[nodiscard]] Recorded find_record(const GrantRecords& records, const GrantRecord& now);

/// Makes the record hold for the present files of the skill's build context too, where it has one: they decide what is
/// done with what the build is given. Reads the whole context. A message when that is not possible: then nobody knows
/// what was shown, and nothing that was granted holds.
[[nodiscard]] std::expected<void, std::string> bind_to_context(GrantRecord& record, const ContainerSpec& spec);

/// What such a folder holds now. A message when it cannot be read.
[[nodiscard]] std::expected<std::string, std::string> digest_of_context(const GrantedContext& context);

}  // namespace skillrun::app
