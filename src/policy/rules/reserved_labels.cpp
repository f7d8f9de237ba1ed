#include "policy/rules/support/rule.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

// What the readers of labels report, so that no such label is ever part of a spec; see manifest_faults.cpp.
constexpr Rule rules[] = {
    {.info = {.id = "reserved-label",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a label skillrun.* on the container or on a volume",
              .why =
                  "skillrun marks what it makes with them: which container belongs to which run, and which image was "
                  "built by which recipe",
              .remedy = "use another prefix",
              .source = "own"}},
};

}  // namespace

std::span<const Rule> reserved_labels_rules() { return rules; }

}  // namespace skillrun::rules
