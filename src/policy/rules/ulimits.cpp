#include <algorithm>

#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

struct Ceiling {
  std::string_view name;
  std::int64_t value;
};

/// What engines give without being asked. Limits that they leave unlimited anyway are not here.
constexpr Ceiling ceilings[] = {
    {"nofile", 1048576}, {"memlock", 8388608}, {"msgqueue", 819200}, {"rtprio", 0}, {"nice", 0}};

void check(const RuleContext& context, FindingSink& sink) {
  for (const auto& limit : context.spec.ulimits) {
    const auto* ceiling = std::ranges::find(ceilings, limit.value.name, &Ceiling::name);
    if (ceiling == std::end(ceilings)) continue;
    const auto above = [&](std::int64_t value) { return value < 0 || value > ceiling->value; };
    if (above(limit.value.soft) || above(limit.value.hard)) {
      sink.report(limit.origin, fmt::format("the limit {} is raised above {}", limit.value.name, ceiling->value));
    }
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "ulimit-raised",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "a ulimit above the engine's default",
              .why = "limits protect the machine from a program that runs wild",
              .remedy = "remove it, or name a smaller value",
              .source = "CIS Docker 1.6.0 5.19"},
     .check = check},
};

}  // namespace

std::span<const Rule> ulimits_rules() { return rules; }

}  // namespace skillrun::rules
