#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace skillrun::inline v0 {

/// What the value of a key of a policy document is.
enum class KeyShape : std::uint8_t {
  api_version,
  text,      ///< one line
  name,      ///< one line that is not empty
  flag,      ///< true or false
  lock,      ///< true
  severity,  ///< of any rule; a rule that always refuses takes error only
  day,       ///< YYYY-MM-DD
  path,      ///< absolute and clean
  rule,      ///< the id of a rule, of the policy's own too
  rule_id,   ///< the id of a rule of the policy's own
  bases,
  defaults,
  rules,
  params,
  custom_rules,
  waivers,
  grants,
  granted_mounts,   ///< paths, or tables of path and mode
  granted_volumes,  ///< names, or tables of name and mode
  granted_paths,
  granted_names,
  granted_ports,
  manifests,  ///< a path: a manifest, or a folder of them
  tests,
  skills,     ///< as in a manifest
  skill,      ///< NAME[@INSTANCE]
  variables,  ///< texts by name
  texts,
  verdict,
  expectations,
  condition,
  conditions,  ///< a list, or one about the elements of a list
  literal,     ///< of the field's type
  literals,
  pattern,   ///< RE2
  paths,     ///< one, or a list
  networks,  ///< one, or a list
};

/// A key of a table of a policy document. Reading and the JSON schema walk tables of these.
struct DocumentKey {
  std::string_view name;
  KeyShape shape;
  std::string_view description;   ///< one line, lower case, no full stop
  std::string_view missing = {};  ///< the remedy when it is left out; empty: it may be
};

/// Ids of the policy's own rules, as a regular expression.
inline constexpr std::string_view custom_id_pattern = "^[a-z0-9][a-z0-9-]{0,63}$";

inline constexpr std::string_view policy_api_version = "skillrun.policy/v1";

inline constexpr std::array policy_keys{
    DocumentKey{"apiVersion", KeyShape::api_version, "version of the format", "add apiVersion: skillrun.policy/v1"},
    DocumentKey{"name", KeyShape::name, "shown by findings and explain; not that of a built-in policy",
                "give the policy a name: findings and explain show it"},
    DocumentKey{"description", KeyShape::text, "for people"},
    DocumentKey{"extends", KeyShape::bases, "what this document builds on: built-in policies and paths of documents"},
    DocumentKey{"defaults", KeyShape::defaults, "values for what a manifest leaves open"},
    DocumentKey{"rules", KeyShape::rules, "severities, parameters and locks of the built-in rules"},
    DocumentKey{"custom", KeyShape::custom_rules, "the policy's own rules"},
    DocumentKey{"waivers", KeyShape::waivers, "findings that may pass for a time"},
    DocumentKey{"grants", KeyShape::grants, "what skills may have of this machine beyond what is open to all"},
    DocumentKey{"inline_waivers", KeyShape::flag, "whether comments of manifests may waive"},
    DocumentKey{"tests", KeyShape::tests, "the policy's own test cases"},
};

inline constexpr std::array rule_keys{
    DocumentKey{"severity", KeyShape::severity, "what a finding of the rule is; an error refuses the run"},
    DocumentKey{"params", KeyShape::params, "parameters of the rule"},
    DocumentKey{"locked", KeyShape::lock, "keeps later policies from relaxing or waiving the rule"},
};

inline constexpr std::array custom_rule_keys{
    DocumentKey{"id", KeyShape::rule_id, "names the rule in findings and waivers",
                "give the rule an id: findings and waivers name it"},
    DocumentKey{"when", KeyShape::condition, "the rule speaks only where this holds"},
    DocumentKey{"assert", KeyShape::condition, "what must hold", "say what must hold"},
    DocumentKey{"severity", KeyShape::severity, "what a finding of the rule is; an error refuses the run",
                "write off, info, warning or error"},
    DocumentKey{"message", KeyShape::name, "what is wrong when the rule fails",
                "say what is wrong when the rule fails"},
    DocumentKey{"remedy", KeyShape::name, "what to do then"},
    DocumentKey{"locked", KeyShape::flag, "keeps later policies from relaxing or waiving the rule"},
};

inline constexpr std::array waiver_keys{
    DocumentKey{"rule", KeyShape::rule, "the rule whose findings pass", "name the rule that is waived"},
    DocumentKey{"skill", KeyShape::name, "the skill that it is waived for", "name the skill that it is waived for"},
    DocumentKey{"instance", KeyShape::name, "only this instance of the skill"},
    DocumentKey{"field", KeyShape::name, "only findings about this field"},
    DocumentKey{"evidence", KeyShape::name, "only findings with this value"},
    DocumentKey{"reason", KeyShape::name, "why the finding may pass", "say why the finding may pass"},
    DocumentKey{"owner", KeyShape::name, "who answers for it", "say who answers for it"},
    DocumentKey{"expires", KeyShape::day, "the last day (UTC) on which it holds",
                "write the last day (UTC) on which it holds as YYYY-MM-DD"},
};

inline constexpr std::array grant_keys{
    DocumentKey{"skill", KeyShape::name, "the skill that it is granted to; * stands for any text",
                "name the skill that it is granted to"},
    DocumentKey{"instance", KeyShape::name, "only this instance of the skill; * stands for any text"},
    DocumentKey{"manifest", KeyShape::manifests, "only skills of this manifest, or of those in this folder"},
    DocumentKey{"mounts", KeyShape::granted_mounts, "paths with all below them, read-only unless the mode is rw"},
    DocumentKey{"volumes", KeyShape::granted_volumes, "volumes that were not made for the skill, to read and to write"},
    DocumentKey{"variables", KeyShape::granted_names, "variables of the caller's in the environment"},
    DocumentKey{"image_variables", KeyShape::granted_names, "variables of the caller's in the name of an image"},
    DocumentKey{"build_variables", KeyShape::granted_names, "variables of the caller's in a build"},
    DocumentKey{"build_contexts", KeyShape::granted_paths, "folders outside the manifest's that images are built from"},
    DocumentKey{"labels", KeyShape::granted_names, "labels that other programs obey, as KEY or KEY=VALUE"},
    DocumentKey{"networks", KeyShape::granted_names, "networks"},
    DocumentKey{"ports", KeyShape::granted_ports, "ports of the host, as [IP:]PORT[-PORT][/PROTOCOL]"},
};

inline constexpr std::array test_keys{
    DocumentKey{"name", KeyShape::name, "what the case shows, as a sentence", "say as a sentence what the case shows"},
    DocumentKey{"skills", KeyShape::skills, "as in a manifest", "write the skill that is judged, as in a manifest"},
    DocumentKey{"skill", KeyShape::skill, "the one that is judged, with @INSTANCE where it has several"},
    DocumentKey{"workdir", KeyShape::path, "what SKILL_WORKDIR stands for; /srv/project when left out"},
    DocumentKey{"variables", KeyShape::variables, "the environment"},
    DocumentKey{"args", KeyShape::texts, "the caller's arguments"},
    DocumentKey{"date", KeyShape::day, "the day on which waivers are judged; today when left out"},
    DocumentKey{"verdict", KeyShape::verdict, "what becomes of the run"},
    DocumentKey{"findings", KeyShape::expectations, "rules, each with the highest severity that it must report"},
};

/// The operators beside `field`.
inline constexpr std::array condition_operators{
    DocumentKey{"exists", KeyShape::flag, "whether the field is set"},
    DocumentKey{"equals", KeyShape::literal, "the field is this value"},
    DocumentKey{"in", KeyShape::literals, "the field is one of these values"},
    DocumentKey{"matches", KeyShape::pattern, "the whole text matches this pattern of RE2"},
    DocumentKey{"path_under", KeyShape::paths, "the path is one of these or below it"},
    DocumentKey{"path_covers", KeyShape::paths, "the path is one of these or above it"},
    DocumentKey{"cidr", KeyShape::networks, "the address is in one of these networks"},
    DocumentKey{"lte", KeyShape::literal, "the number is at most this"},
    DocumentKey{"gte", KeyShape::literal, "the number is at least this"},
};

/// What a condition without `field` is made of.
inline constexpr std::array condition_forms{
    DocumentKey{"all", KeyShape::conditions, "all of these hold, or all elements of a list are so"},
    DocumentKey{"any", KeyShape::conditions, "one of these holds, or an element of a list is so"},
    DocumentKey{"none", KeyShape::conditions, "none of these holds, or no element of a list is so"},
    DocumentKey{"not", KeyShape::condition, "this does not hold"},
};

/// The names of a table, for suggestions.
template <std::size_t size>
[[nodiscard]] constexpr std::array<std::string_view, size> names_of(const std::array<DocumentKey, size>& keys) {
  std::array<std::string_view, size> names;
  for (std::size_t i = 0; i < size; ++i) names[i] = keys[i].name;
  return names;
}

}  // namespace skillrun::inline v0
