#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include <skillrun/export.hpp>
#include <skillrun/finding.hpp>
#include <skillrun/parsing.hpp>

namespace skillrun::inline v0 {

/// How a parameter's value is written.
enum class ParamType : std::uint8_t {
  size,      ///< bytes, as 512m or 2GiB
  count,     ///< a whole number from 1 up
  cpus,      ///< as docker's --cpus
  duration,  ///< as 90s or 10m
  words,     ///< a list of texts
  paths,     ///< a list of absolute paths, each with everything below it
  images,    ///< a list of patterns of registry/repository: * within a component, ** across
  roots,     ///< a list of absolute paths, of "${SKILL_WORKDIR}", or of tables of path and mode (ro, rw)
  ports,     ///< a list of host ports and ranges: 8080, 8000-8099, 5353/udp
};

/// "a size", "a list of paths", ...: for pages and messages.
[[nodiscard]] SKILLRUN_API std::string_view describe(ParamType type) noexcept;

/// What setting a parameter does, which decides whether a value is stricter than another.
enum class ParamEffect : std::uint8_t {
  limit,    ///< the most that passes; smaller is stricter
  narrow,   ///< only what is listed passes, everything while it is not set; fewer is stricter
  exempt,   ///< what is listed passes beside what is built in; fewer is stricter
  add,      ///< what is listed is refused beside what is built in; values of several policies add up
  replace,  ///< what is listed is refused instead of what is built in; never stricter
};

/// A parameter that a policy may give a rule.
struct RuleParam {
  std::string_view name;
  ParamType type = ParamType::words;
  ParamEffect effect = ParamEffect::limit;
  std::string_view description;                          ///< one line, lower case, no full stop
  std::int64_t builtin_limit = 0;                        ///< the limit while none is set; 0: none
  std::span<const std::string_view> builtin_words = {};  ///< what passes while none is set
  /// Brings a word into the form that the spec has; null: any text is taken as it is.
  std::expected<std::string, ParseError> (*normalize)(std::string_view word) = nullptr;
};

/// What a program can do by itself so that a rule has nothing to report any more.
enum class AutoFix : std::uint8_t {
  none,    ///< somebody has to decide
  remove,  ///< what the finding is about goes, and nothing else is to be decided
};

/// One entry of the rule catalogue, as shown by `skillrun rules`.
struct RuleInfo {
  std::string_view id;
  Severity privileged;  ///< severity under the built-in policies
  Severity baseline;
  Severity restricted;
  std::string_view summary;  ///< what it checks, one line
  std::string_view why;      ///< what goes wrong without it
  std::string_view remedy;   ///< how to fix it
  std::string_view source;   ///< the standard or incident it comes from
  AutoFix fix = AutoFix::none;
  std::span<const RuleParam> params = {};
  /// Rules that say less of a value of which this one has something to say: what fixes this fixes that. A fault is said
  /// once, by the strongest; what these cover is in here too.
  std::span<const std::string_view> covers = {};
  /// How to fix it in a Compose file; empty where that is the remedy with Compose's keys.
  std::string_view compose_remedy = {};

  /// True for what cannot be understood: no policy and no waiver makes it pass.
  [[nodiscard]] constexpr bool always_refuses() const noexcept { return privileged == Severity::error; }
};

/// Every rule, sorted by id.
[[nodiscard]] SKILLRUN_API std::span<const RuleInfo> rule_catalogue();
[[nodiscard]] SKILLRUN_API const RuleInfo* find_rule(std::string_view id);

}  // namespace skillrun::inline v0
