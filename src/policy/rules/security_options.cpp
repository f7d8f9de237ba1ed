#include <algorithm>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>
#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"
#include "policy/rules/support/seccomp_profile.hpp"
#include "support/sha256.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

enum class Kind {
  seccomp_unconfined,
  seccomp_builtin,
  seccomp_profile,
  apparmor_default,
  apparmor_unconfined,
  apparmor_profile,
  label_disabled,
  label_level,
  label_type,
  label_custom,
  systempaths_unconfined,
  cgroups_writable,
  cgroups_read_only,
  unknown
};

/// SELinux types that PSS accepts: what container engines give by themselves.
constexpr std::string_view container_types[] = {"container_t", "container_init_t", "container_kvm_t",
                                                "container_engine_t"};

Kind classify_label(std::string_view value) noexcept {
  if (value == "disable") return Kind::label_disabled;
  if (value.starts_with("level:")) return Kind::label_level;
  constexpr std::string_view type = "type:";
  if (value.starts_with(type)) {
    const bool known =
        std::ranges::find(container_types, value.substr(type.size())) != std::ranges::end(container_types);
    return known ? Kind::label_type : Kind::label_custom;
  }
  if (value.starts_with("user:") || value.starts_with("role:")) return Kind::label_custom;
  return Kind::unknown;
}

/// Go's words for a boolean.
Kind classify_cgroups(std::string_view value) noexcept {
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (value == word) return Kind::cgroups_writable;
  }
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (value == word) return Kind::cgroups_read_only;
  }
  return Kind::unknown;
}

/// Docker separates by the first "=", and by the first ":" only where there is no "=".
Kind classify(std::string_view option) noexcept {
  std::size_t separator = option.find('=');
  if (separator == std::string_view::npos) separator = option.find(':');
  if (separator == std::string_view::npos) return Kind::unknown;
  const std::string_view name = option.substr(0, separator);
  const std::string_view value = option.substr(separator + 1);
  if (name == "seccomp") {
    if (value == "unconfined") return Kind::seccomp_unconfined;
    if (value == "builtin") return Kind::seccomp_builtin;
    return value.empty() ? Kind::unknown : Kind::seccomp_profile;
  }
  if (name == "apparmor" && !value.empty()) {
    if (value == "docker-default") return Kind::apparmor_default;
    return value == "unconfined" ? Kind::apparmor_unconfined : Kind::apparmor_profile;
  }
  if (name == "label") return classify_label(value);
  if (name == "writable-cgroups") return classify_cgroups(value);
  if (option == "systempaths=unconfined") return Kind::systempaths_unconfined;
  return Kind::unknown;
}

template <Kind kind>
void report_kind(const RuleContext& context, FindingSink& sink, std::string_view message) {
  for (const auto& option : context.spec.security_opt) {
    if (classify(option.value) == kind) sink.report(option.origin, fmt::format("{}: '{}'", message, option.value));
  }
}

void check_seccomp(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::seccomp_unconfined>(context, sink, "the system call filter is switched off");
}

/// While linting nobody reads the file: then its path decides, and the text when the skill runs.
bool is_allowed_profile(const RuleContext& context, std::string_view profile) {
  const auto allowed = context.params.words("allow");
  if (allowed.empty()) return false;
  const std::string digest = is_profile_text(profile) ? "@sha256:" + sha256(profile) : std::string();
  return std::ranges::any_of(allowed, [&](std::string_view known) {
    return digest.empty() ? known.substr(0, known.rfind('@')) == profile : known.ends_with(digest);
  });
}

void check_profile(const RuleContext& context, FindingSink& sink) {
  for (const auto& option : context.spec.security_opt) {
    const auto profile = seccomp_profile(option.value);
    if (!profile) continue;
    if (!is_allowed_profile(context, *profile)) {
      sink.report(option.origin, fmt::format("the system call filter is replaced by a profile nobody judged: '{}'",
                                             is_profile_text(*profile) ? option.origin.text : option.value));
    } else if (is_profile_text(*profile) && !denies_by_default(*profile)) {
      sink.report(option.origin, fmt::format("the profile of '{}' allows every system call that it does not name",
                                             option.origin.text));
    }
  }
}

void check_apparmor(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::apparmor_unconfined>(context, sink, "AppArmor confinement is switched off");
  for (const auto& option : context.spec.security_opt) {
    constexpr std::string_view name = "apparmor=";
    if (classify(option.value) != Kind::apparmor_profile) continue;
    if (context.params.has_word("allow", std::string_view(option.value).substr(name.size()))) continue;
    sink.report(option.origin, fmt::format("AppArmor would follow a profile that nobody judged: '{}'", option.value));
  }
}

void check_selinux(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::label_disabled>(context, sink, "SELinux separation is switched off");
}

void check_selinux_options(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::label_custom>(context, sink, "SELinux would give the skill other rights than a container has");
}

void check_cgroups(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::cgroups_writable>(context, sink, "the skill could change its own control groups");
}

void check_systempaths(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::systempaths_unconfined>(context, sink, "the masks over /proc and /sys are removed");
}

void check_unknown(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::unknown>(context, sink, "a security option that is not known");
}

/// PATH@sha256:DIGEST
std::expected<std::string, ParseError> pinned_profile(std::string_view word) {
  constexpr std::string_view separator = "@sha256:";
  const std::size_t at = word.rfind(separator);
  if (at != std::string_view::npos && is_clean(word.substr(0, at))) {
    const std::string_view digest = word.substr(at + separator.size());
    if (digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
      return std::string(word);
    }
  }
  return std::unexpected(ParseError{fmt::format("'{}' is not PATH@sha256:DIGEST with an absolute path", word)});
}

constexpr RuleParam seccomp_params[] = {
    {.name = "allow",
     .effect = ParamEffect::exempt,
     .description = "profiles that pass, each as PATH@sha256:DIGEST of the file's text, where they deny by default",
     .normalize = pinned_profile}};

constexpr RuleParam apparmor_params[] = {
    {.name = "allow",
     .effect = ParamEffect::exempt,
     .description = "AppArmor profiles, loaded on the machine under these names, that pass besides docker-default"}};

constexpr Rule rules[] = {
    {.info = {.id = "seccomp-unconfined",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "seccomp is unconfined, with = or : as separator",
              .why = "the default filter keeps rarely used system calls, where kernel holes are found, out of reach",
              .remedy = "remove the option",
              .source = "PSS baseline 1.37, CIS Docker 1.6.0 5.22",
              .fix = AutoFix::remove},
     .check = check_seccomp},
    {.info = {.id = "seccomp-custom-profile",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a seccomp profile file replaces the engine's own",
              .why = "a profile can allow every call, and its text is not part of the manifest that was reviewed",
              .remedy = "remove the option, or have the policy allow the profile by its digest",
              .source = "own",
              .params = seccomp_params},
     .check = check_profile},
    {.info = {.id = "apparmor-unconfined",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "AppArmor is unconfined, or under a profile of its own",
              .why = "the default profile denies mounts and writes to /proc and /sys even to root in the container",
              .remedy = "remove the option",
              .source = "PSS baseline 1.37, CIS Docker 1.6.0 5.2",
              .fix = AutoFix::remove,
              .params = apparmor_params},
     .check = check_apparmor},
    {.info = {.id = "selinux-disabled",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "SELinux labels are disabled",
              .why = "labels keep a process that got out of its container away from the host's files",
              .remedy = "remove the option",
              .source = "CIS Docker 1.6.0 5.3",
              .fix = AutoFix::remove},
     .check = check_selinux},
    {.info = {.id = "systempaths-unconfined",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "masked and read-only system paths are opened",
              .why = "parts of /proc and /sys change the running kernel for everybody",
              .remedy = "remove the option",
              .source = "PSS baseline 1.37",
              .fix = AutoFix::remove},
     .check = check_systempaths},
    {.info = {.id = "unknown-security-opt",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a security option that is not known",
              .why = "nobody can say what it takes away, so it is refused under every policy",
              .remedy = "remove it; known: no-new-privileges, seccomp=builtin",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_unknown},
    {.info = {.id = "selinux-custom-options",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "an SELinux user or role, or a type other than those of containers",
              .why = "another type may be allowed to do anything that the host does",
              .remedy = "remove it; the engine picks the right label",
              .source = "PSS baseline 1.37",
              .fix = AutoFix::remove},
     .check = check_selinux_options},
    {.info = {.id = "writable-cgroups",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "writable control groups",
              .why =
                  "limits that the skill can change are no limits, and some kernels run programs on the host's behalf "
                  "from there",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_cgroups},
};

}  // namespace

std::span<const Rule> security_options_rules() { return rules; }

}  // namespace skillrun::rules
