#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// The safe list of the Pod Security Standards, baseline, of Kubernetes 1.37: exact names.
constexpr std::string_view safe[] = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_slow_start_after_idle",
};

void check(const RuleContext& context, FindingSink& sink) {
  for (const auto& sysctl : context.spec.sysctls) {
    const auto& [key, value] = sysctl.value;
    if (std::ranges::find(safe, key) == std::end(safe) && !context.params.has_word("allow", key)) {
      sink.report(sysctl.origin, fmt::format("the kernel parameter '{}' is not a safe one to set", key),
                  fmt::format("remove it; safe ones: {}", fmt::join(safe, ", ")));
    } else if (value.empty() || value.find_first_not_of("0123456789 \t,-") != std::string::npos) {
      sink.report(sysctl.origin, fmt::format("the value '{}' of {} holds more than numbers", value, key));
    }
  }
}

constexpr RuleParam params[] = {{.name = "allow",
                                 .effect = ParamEffect::exempt,
                                 .description = "kernel parameters that pass besides the safe list",
                                 .builtin_words = safe}};

constexpr Rule rules[] = {
    {.info = {.id = "sysctl",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a kernel parameter outside the safe list, or a value with odd characters",
              .why = "many parameters act on the whole machine, and a value with + has smuggled in further ones",
              .remedy = "write plain numbers",
              .source = "PSS baseline 1.37, CVE-2022-0811",
              .params = params},
     .check = check},
};

}  // namespace

std::span<const Rule> sysctl_rules() { return rules; }

}  // namespace skillrun::rules
