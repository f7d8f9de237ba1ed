#include "policy/rules/support/rule_support.hpp"

#include <skillrun/rule.hpp>

namespace skillrun::rules {

namespace {

using enum Severity;

void check_missing(const RuleContext& context, FindingSink& sink) {
  if (!context.spec.no_new_privileges) {
    sink.report(absent(context.spec, "docker.security_opt"),
                "no-new-privileges is not set: a set-uid program in the image gives its owner's rights");
  }
}

void check_false(const RuleContext& context, FindingSink& sink) {
  const auto& setting = context.spec.no_new_privileges;
  if (setting && !setting->value) sink.report(setting->origin, "no-new-privileges is switched off");
}

constexpr Rule rules[] = {
    {.info = {.id = "no-new-privileges-missing",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "no-new-privileges is not in force",
              .why = "without it sudo, su and any other set-uid program of the image can make the process root",
              .remedy = "write security_opt = [\"no-new-privileges\"]",
              .source = "PSS restricted 1.37, CIS Docker 1.6.0 5.26"},
     .check = check_missing},
    {.info = {.id = "no-new-privileges-false",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "no-new-privileges is switched off explicitly",
              .why = "nobody does that by accident; it also undoes the policy's own default",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_false},
};

}  // namespace

std::span<const Rule> no_new_privileges_rules() { return rules; }

}  // namespace skillrun::rules
