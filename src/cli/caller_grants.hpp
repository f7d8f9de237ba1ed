#pragma once

#include <expected>
#include <optional>
#include <string>

#include <skillrun/manifest.hpp>

#include "cli/grant_record.hpp"
#include "cli/options.hpp"

namespace skillrun::cli {

/// What the command line grants: --allow-mount PATH[:ro|:rw] as the real path, and -e NAME. A message when a word is
/// none.
[[nodiscard]] std::expected<Grants, std::string> option_grants(const RunRequest& request);

/// A record of this skill as the manifest is now, with nothing granted yet. A message when its path can not be told.
[[nodiscard]] std::expected<GrantRecord, std::string> record_for(const ResolvedSkill& skill, std::string day);

/// What was recorded for a skill, and whether it holds.
struct Recorded {
  std::optional<GrantRecord> record;
  bool holds = false;  ///< the manifest is the one that was shown
};

[[nodiscard]] Recorded find_record(const GrantRecords& records, const GrantRecord& now);

/// Makes the record hold for the present files of the skill's build context too, where it has one: they decide what is
/// done with what the build is given. Reads the whole context. One that can not be read is none that was shown.
void bind_to_context(GrantRecord& record, const ResolvedSkill& skill);

/// SKILL or SKILL@INSTANCE, of what has both.
template <class Subject>
[[nodiscard]] std::string name_of(const Subject& subject) {
  return subject.instance ? subject.skill + "@" + *subject.instance : subject.skill;
}

}  // namespace skillrun::cli
