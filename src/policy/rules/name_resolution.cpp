#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_gateway(const RuleContext& context, FindingSink& sink) {
  for (const auto& host : context.spec.extra_hosts) {
    if (host.value.address == "host-gateway") {
      sink.report(host.origin, fmt::format("'{}' leads to the host itself", host.value.host));
    }
  }
}

void check_dns(const RuleContext& context, FindingSink& sink) {
  for (const auto& server : context.spec.dns) {
    sink.report(server.origin, fmt::format("names are looked up at {}", server.value));
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "host-gateway",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "host-gateway in extra hosts",
              .why = "it is the way to services of the host itself, whatever network the skill is on",
              .remedy = "name the address of the service instead",
              .source = "own"},
     .check = check_gateway},
    {.info = {.id = "dns-override",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "DNS servers set",
              .why = "whoever answers the names decides which machines the skill talks to",
              .remedy = "remove dns; the engine passes the host's servers on",
              .source = "own"},
     .check = check_dns},
};

}  // namespace

std::span<const Rule> name_resolution_rules() { return rules; }

}  // namespace skillrun::rules
