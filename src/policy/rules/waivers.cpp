#include "policy/rules/support/rule.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

// Reported where waivers are applied, which is after all rules have spoken.
constexpr Rule rules[] = {
    {.info = {.id = "expired-waiver",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a waiver past its date",
              .why = "an exception that nobody renews has lost its reason, or its owner",
              .remedy = "fix what it was for, or renew it with a later day",
              .source = "own"}},
    {.info = {.id = "unused-waiver",
              .privileged = info,
              .baseline = warning,
              .restricted = warning,
              .summary = "a waiver that waives nothing",
              .why = "it would let a later fault pass that nobody has looked at",
              .remedy = "remove the waiver, or fix it so that it covers a finding",
              .source = "own"}},
};

}  // namespace

std::span<const Rule> waivers_rules() { return rules; }

}  // namespace skillrun::rules
