#include "policy/grants.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/document/grant_keys.hpp"
#include "policy/places/home_secrets.hpp"
#include "policy/places/paths.hpp"
#include "policy/places/system_places.hpp"
#include "policy/policy_data.hpp"
#include "spec/secret_values.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

const RuleSettings* settings_of(const Policy& policy, std::string_view rule) {
  const RuleInfo* info = find_rule(rule);
  if (info == nullptr) return nullptr;
  return &data_of(policy).settings.rules[static_cast<std::size_t>(info - rule_catalogue().data())];
}

/// True when the skill's manifest lies at or below `path`, by its name and by where that leads.
bool comes_from(const ContainerSpec& spec, std::string_view path, const HostView& host) {
  if (!spec.source || spec.source->directory.empty()) return false;
  const std::string_view name = spec.source->name;
  const std::string file = fmt::format("{}/{}", spec.source->directory, name.substr(name.rfind('/') + 1));
  if (!host.reads_file_system()) return is_within(file, path);
  const auto real = host.real_path(file);
  const auto real_path = host.real_path(std::string(path));
  return real && real_path && is_within(*real, *real_path);
}

bool speaks_of(const PolicyGrant& grant, const ContainerSpec& spec, const HostView& host) {
  if (!name_matches(grant.skill, spec.skill)) return false;
  if (grant.instance && !name_matches(*grant.instance, spec.instance.value_or(""))) return false;
  return !grant.manifest || comes_from(spec, *grant.manifest, host);
}

/// The rule that keeps a path out: by the tree of the system or the entry of a home that it lies in, or `elsewhere`.
std::string_view path_rule(std::string_view path, std::string_view elsewhere) {
  if (path.starts_with("~/.") || find_home_secret(path)) return "home-secrets-mount";
  return path.starts_with('/') && find_system_place(path) ? "sensitive-mount" : elsewhere;
}

/// A word of a YAML flow mapping, quoted where it could be read as something else.
std::string yaml_word(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  constexpr std::array<std::string_view, 10> meanings{"true", "false", "null", "yes", "no",
                                                      "on",   "off",   "y",    "n",   "nan"};
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), ascii_lower);
  const bool letter_first = !word.empty() && (word.front() == '/' || (lower.front() >= 'a' && lower.front() <= 'z'));
  if (letter_first && word.find_first_not_of(plain) == std::string_view::npos &&
      std::ranges::find(meanings, lower) == meanings.end()) {
    return std::string(word);
  }
  return json::serialize(json::value(printable(word)));
}

std::string entry_of(const Ask& ask) {
  std::string subject = yaml_word(ask.subject);
  if (ask.kind == AskKind::mount) return fmt::format("{{path: {}, mode: {}}}", subject, ask.writes ? "rw" : "ro");
  if (ask.kind == AskKind::volume && !ask.writes) return fmt::format("{{name: {}, mode: ro}}", subject);
  return subject;
}

/// A word of a command line, quoted for a POSIX shell where that is needed.
std::string shell_word(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-@:%+=,";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : printable(word)) {
    if (c == '\'') quoted += "'\\'";
    quoted += c;
  }
  return quoted + "'";
}

/// What opens the ask for one run; empty where only an answer or a policy does.
std::string option_for(const Ask& ask) {
  if (ask.kind == AskKind::mount) {
    return fmt::format("--allow-mount {}", shell_word(ask.subject + (ask.writes ? ":rw" : "")));
  }
  return ask.kind == AskKind::variable ? "-e " + shell_word(ask.subject) : std::string();
}

}  // namespace

bool always_asks(std::string_view rule, const GrantPattern& pattern) {
  switch (pattern.kind) {
    case AskKind::mount: return rule == path_rule(pattern.text, "mount-outside-roots");
    case AskKind::build_context: return rule == path_rule(pattern.text, "build-context-outside");
    case AskKind::variable: return rule == (is_secret_name(pattern.text) ? "secret-passthrough" : "caller-variable");
    case AskKind::volume: return rule == "opaque-volume";
    case AskKind::image_variable: return rule == "image-variable";
    case AskKind::build_variable: return rule == "build-variable";
    case AskKind::label: return rule == "obeyed-label";
    case AskKind::network: return rule == "network-not-none";
    case AskKind::port: return rule == "published-port";
  }
  return false;
}

std::string granted_by(const Policy& policy, const ContainerSpec& spec, std::string_view rule, const Ask& ask,
                       const HostView& host) {
  const RuleSettings* settings = settings_of(policy, rule);
  const bool locked = settings != nullptr && settings->locked;
  for (const Grant& grant : spec.grants) {
    if (!locked && grant.covers(ask)) return grant.by;
  }
  const std::vector<PolicyGrant>& grants = data_of(policy).settings.grants;
  if (grants.empty()) return {};
  const std::vector<std::string> homes = host.homes();
  for (const PolicyGrant& grant : grants) {
    if (grant.is_barred(rule) || !speaks_of(grant, spec, host)) continue;
    const auto fits = [&](const GrantPattern& pattern) { return covers(pattern, ask, homes); };
    if (std::ranges::any_of(grant.patterns, fits)) return "policy " + describe(grant.origin);
  }
  return {};
}

std::string locked_by(const Policy& policy, std::string_view rule) {
  const RuleSettings* settings = settings_of(policy, rule);
  return settings != nullptr && settings->locked ? describe(*settings->locked) : std::string();
}

std::string way_to_grant(const Policy& policy, const ContainerSpec& spec, std::string_view rule, const Ask& ask) {
  const std::string lines = fmt::format("grants: [{}]", as_policy_grant(spec.skill, {ask}));
  if (const std::string by = locked_by(policy, rule); !by.empty()) {
    return fmt::format("{} has locked {}: only there, or below it, can be written {}", by, rule, lines);
  }
  if (ask.closed) {
    return fmt::format("only a policy (the machine's, yours, or one named with -p) can grant it, with {}", lines);
  }
  std::string command = spec.grant_command;
  if (command.empty()) {
    command = "skillrun allow " + shell_word(spec.instance ? spec.skill + "@" + *spec.instance : spec.skill);
  }
  const std::string option = option_for(ask);
  return fmt::format("if you want that: {}{}", command, option.empty() ? "" : "; for one run only: " + option);
}

std::string as_policy_grant(std::string_view skill, const std::vector<Ask>& asks) {
  std::string text = fmt::format("{{skill: {}", yaml_word(skill));
  for (const GrantList& list : grant_lists) {
    std::vector<std::string> entries;
    for (const Ask& ask : asks) {
      if (ask.kind == list.kind) entries.push_back(entry_of(ask));
    }
    if (!entries.empty()) text += fmt::format(", {}: [{}]", list.key, fmt::join(entries, ", "));
  }
  return text + "}";
}

}  // namespace skillrun::inline v0
