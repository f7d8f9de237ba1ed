#include "policy/rules/support/rule_support.hpp"

#include <skillrun/rule.hpp>

namespace skillrun::rules {

namespace {

using enum Severity;

void check_privileged(const RuleContext& context, FindingSink& sink) {
  const auto& privileged = context.spec.privileged;
  if (privileged && privileged->value) {
    sink.report(privileged->origin, "the container would run privileged: with every capability and every device");
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "privileged",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "privileged mode, in any spelling",
              .why =
                  "a privileged container can load kernel modules and mount the host's disks: it is root on the host",
              .remedy = "remove it, and add the one capability or device that the tool really needs",
              .source = "PSS baseline 1.37, CIS Docker 1.6.0 5.5",
              .fix = AutoFix::remove},
     .check = check_privileged},
};

}  // namespace

std::span<const Rule> privileged_rules() { return rules; }

}  // namespace skillrun::rules
