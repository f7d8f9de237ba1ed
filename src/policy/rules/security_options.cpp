#include <fmt/format.h>

#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

enum class Kind {
  seccomp_unconfined,
  seccomp_builtin,
  seccomp_profile,
  apparmor_unconfined,
  label_disabled,
  systempaths_unconfined,
  unknown
};

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
  if (name == "apparmor" && value == "unconfined") return Kind::apparmor_unconfined;
  if (name == "label" && value == "disable") return Kind::label_disabled;
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

void check_profile(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::seccomp_profile>(context, sink, "the system call filter is replaced by a profile nobody judged");
}

void check_apparmor(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::apparmor_unconfined>(context, sink, "AppArmor confinement is switched off");
}

void check_selinux(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::label_disabled>(context, sink, "SELinux separation is switched off");
}

void check_systempaths(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::systempaths_unconfined>(context, sink, "the masks over /proc and /sys are removed");
}

void check_unknown(const RuleContext& context, FindingSink& sink) {
  report_kind<Kind::unknown>(context, sink, "a security option that is not known");
}

constexpr Rule rules[] = {
    {.info = {.id = "seccomp-unconfined",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "seccomp is unconfined, with = or : as separator",
              .why = "the default filter keeps rarely used system calls, where kernel holes are found, out of reach",
              .remedy = "remove the option",
              .source = "PSS baseline, CIS 5.22"},
     .check = check_seccomp},
    {.info = {.id = "seccomp-custom-profile",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a seccomp profile file replaces the engine's own",
              .why = "a profile can allow every call, and its text is not part of the manifest that was reviewed",
              .remedy = "remove the option; the engine's own profile applies then",
              .source = "own"},
     .check = check_profile},
    {.info = {.id = "apparmor-unconfined",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "AppArmor is unconfined",
              .why = "the default profile denies mounts and writes to /proc and /sys even to root in the container",
              .remedy = "remove the option",
              .source = "PSS baseline, CIS 5.2"},
     .check = check_apparmor},
    {.info = {.id = "selinux-disabled",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "SELinux labels are disabled",
              .why = "labels keep a process that got out of its container away from the host's files",
              .remedy = "remove the option",
              .source = "CIS 5.3"},
     .check = check_selinux},
    {.info = {.id = "systempaths-unconfined",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "masked and read-only system paths are opened",
              .why = "parts of /proc and /sys change the running kernel for everybody",
              .remedy = "remove the option",
              .source = "PSS baseline"},
     .check = check_systempaths},
    {.info = {.id = "unknown-security-opt",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a security option that is not known",
              .why = "nobody can say what it takes away, so it is refused under every policy",
              .remedy = "remove it; known: no-new-privileges, seccomp=builtin",
              .source = "own"},
     .check = check_unknown},
};

}  // namespace

std::span<const Rule> security_options_rules() { return rules; }

}  // namespace skillrun::rules
