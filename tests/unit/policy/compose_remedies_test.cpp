// What is to be done about a finding in a Compose file is said in its words.
#include <set>
#include <string_view>

#include <doctest/doctest.h>
#include <skillrun/rule.hpp>

#include "spec/compose_words.hpp"

using namespace skillrun;

namespace compose_remedies {

/// What no service can have a finding of: words of docker's client, instances, and how skillrun runs a skill.
const std::set<std::string_view> of_skills_alone{
    "timeout-missing",         "keep-container", "unsupported-runtime",   "detached",
    "flag-injects-positional", "unknown-flag",   "mount-outside-instance"};

}  // namespace compose_remedies

using namespace compose_remedies;

TEST_CASE("no remedy in a Compose file speaks of skillrun's own manifests, options or grants") {
  for (const RuleInfo& rule : rule_catalogue()) {
    const std::string remedy = in_compose_words(rule.compose_remedy.empty() ? rule.remedy : rule.compose_remedy);
    CAPTURE(rule.id);
    CAPTURE(remedy);
    if (of_skills_alone.contains(rule.id)) continue;
    for (const char* word : {" = ", "--", ", or grant", "SKILL_", "the skill", "skillrun", "docker table", "[["}) {
      CHECK_FALSE(remedy.contains(word));
    }
  }
}
