#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check_rootfs(const RuleContext& context, FindingSink& sink) {
  const auto& setting = context.spec.readonly_rootfs;
  if (!setting) {
    sink.report(absent(context.spec, "docker.read_only"), "the root file system is writable");
  } else if (!setting->value) {
    sink.report(setting->origin, "the root file system is writable");
  }
}

void check_keep(const RuleContext& context, FindingSink& sink) {
  if (!context.spec.removes_container()) {
    sink.report(context.spec.rm->origin, "the container is kept after the run, with everything in it");
  }
}

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

/// Services run until they are stopped, and Compose has no timeout to set.
void check_timeout(const RuleContext& context, FindingSink& sink) {
  if (context.spec.runner == Runner::compose) return;
  const auto& timeout = context.spec.timeout;
  if (!timeout) {
    sink.report(absent(context.spec, "docker.timeout"), "there is no timeout: the skill may run for ever");
  } else if (timeout->value.count() <= 0) {
    sink.report(timeout->origin, "a timeout of 0 is no timeout");
  } else if (const std::int64_t* max = context.params.number("max"); max != nullptr && timeout->value.count() > *max) {
    sink.report(timeout->origin,
                fmt::format("a timeout of {}s, but the policy allows at most {}s", seconds(timeout->value.count()),
                            seconds(*max)),
                "ask for less time, or have the policy's maximum raised");
  }
}

void check_entrypoint(const RuleContext& context, FindingSink& sink) {
  const auto& entrypoint = context.spec.entrypoint;
  if (entrypoint) {
    sink.report(entrypoint->origin, fmt::format("'{}' replaces the image's own entrypoint", entrypoint->value));
  }
}

/// A skill ends; what Compose runs is meant to be there.
void check_restart(const RuleContext& context, FindingSink& sink) {
  if (context.spec.runner == Runner::compose) return;
  const auto& restart = context.spec.restart_policy;
  if (restart && restart->value.name != "no") {
    sink.report(restart->origin, fmt::format("the engine would start it again ({})", restart->value.name));
  }
}

void check_detached(const RuleContext& context, FindingSink& sink) {
  const auto& detach = context.spec.detach;
  if (detach && detach->value) sink.report(detach->origin, "the skill would run on with nobody to take its output");
}

constexpr RuleParam timeout_params[] = {
    {.name = "max",
     .type = ParamType::duration,
     .description = "the longest timeout that passes; the stop timeout comes on top, at most 5 minutes"}};

constexpr Rule rules[] = {
    {.info = {.id = "writable-rootfs",
              .privileged = info,
              .baseline = off,
              .restricted = error,
              .summary = "the root file system is writable",
              .why = "what breaks in can change the tool's own programs for as long as the container lives",
              .remedy = "set read_only = true, with a tmpfs where the tool writes",
              .source = "CIS Docker 1.6.0 5.13"},
     .check = check_rootfs},
    {.info = {.id = "keep-container",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "rm = false",
              .why = "kept containers fill the disk and keep the data that they saw",
              .remedy = "remove rm = false; --keep keeps a single run's container",
              .source = "own"},
     .check = check_keep},
    {.info = {.id = "timeout-missing",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "no timeout",
              .why = "a skill that hangs holds its memory and its caller for ever",
              .remedy = "set timeout, such as \"10m\"",
              .source = "own",
              .params = timeout_params},
     .check = check_timeout},
    {.info = {.id = "entrypoint-override",
              .privileged = info,
              .baseline = off,
              .restricted = info,
              .summary = "the image's entrypoint is replaced",
              .why = "some images drop rights or set up confinement in their entrypoint",
              .remedy = "leave entrypoint out if the image starts the tool by itself",
              .source = "own"},
     .check = check_entrypoint},
    {.info = {.id = "restart-policy",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "any restart policy",
              .why = "a skill runs once and ends; one that the engine starts again outlives whoever called it",
              .remedy = "remove it",
              .source = "CIS Docker 1.6.0 5.15",
              .fix = AutoFix::remove},
     .check = check_restart},
    {.info = {.id = "detached",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "detach",
              .why = "skillrun passes on the output and the exit status, so it stays until the skill ends",
              .remedy = "remove it; use the shell to run skillrun in the background",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_detached},
};

}  // namespace

std::span<const Rule> lifecycle_rules() { return rules; }

}  // namespace skillrun::rules
