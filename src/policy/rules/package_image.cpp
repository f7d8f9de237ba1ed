#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_command(const RuleContext& context, FindingSink& sink) {
  const ContainerSpec& spec = context.spec;
  if (!spec.build || !spec.build->value.packages || !spec.command.empty()) return;
  if (spec.entrypoint && !spec.entrypoint->value.empty()) return;
  sink.report(spec.build->origin,
              "the image of packages starts nothing by itself, and the skill says nothing to start");
}

constexpr Rule rules[] = {
    {.info = {.id = "nothing-to-start",
              .privileged = info,
              .baseline = warning,
              .restricted = warning,
              .summary = "an image of packages without an entrypoint or a command",
              .why =
                  "such an image has neither of its own: a call without arguments fails, and one with arguments runs "
                  "whatever the caller names",
              .remedy = "set entrypoint, such as \"/usr/bin/ffmpeg\", or command",
              .source = "own"},
     .check = check_command},
};

}  // namespace

std::span<const Rule> package_image_rules() { return rules; }

}  // namespace skillrun::rules
