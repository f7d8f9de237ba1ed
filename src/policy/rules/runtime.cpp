#include <algorithm>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// As engines are configured with them. The long spelling (io.containerd.runc.v2) names a program in the engine's PATH,
/// past the administrator's configuration: it is not among them.
constexpr std::string_view known_runtimes[] = {"runc", "crun", "runsc", "kata", "kata-runtime"};

void check_runtime(const RuleContext& context, FindingSink& sink) {
  const auto& runtime = context.spec.runtime;
  if (!runtime || std::ranges::find(known_runtimes, runtime->value) != std::ranges::end(known_runtimes) ||
      context.params.has_word("allow", runtime->value)) {
    return;
  }
  sink.report(runtime->origin,
              fmt::format("the OCI runtime '{}' is not one that confines in a known way", runtime->value));
}

void check_annotation(const RuleContext& context, FindingSink& sink) {
  for (const auto& annotation : context.spec.annotations) {
    if (context.params.has_word("allow", annotation.value.key)) continue;
    sink.report(annotation.origin, fmt::format("the annotation '{}' reaches the OCI runtime", annotation.value.key));
  }
}

void check_cgroup_parent(const RuleContext& context, FindingSink& sink) {
  const auto& parent = context.spec.cgroup_parent;
  if (parent)
    sink.report(parent->origin, fmt::format("the container would live in the control group '{}'", parent->value));
}

void check_realtime(const RuleContext& context, FindingSink& sink) {
  for (const auto* setting : {&context.spec.cpu_realtime_period, &context.spec.cpu_realtime_runtime}) {
    if (*setting) sink.report((*setting)->origin, "the skill could run with realtime priority");
  }
}

constexpr RuleParam runtime_params[] = {{.name = "allow",
                                         .effect = ParamEffect::exempt,
                                         .description = "runtimes that pass besides the known ones",
                                         .builtin_words = known_runtimes}};
constexpr RuleParam annotation_params[] = {
    {.name = "allow", .effect = ParamEffect::exempt, .description = "keys of annotations that pass; none when unset"}};

constexpr Rule rules[] = {
    {.info = {.id = "runtime",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "an OCI runtime other than those known to confine, by their exact names: runc, crun, runsc, "
                         "kata, kata-runtime",
              .why = "the runtime builds the walls of the container; another program may build none",
              .remedy = "remove it; the engine has a default runtime",
              .source = "own",
              .fix = AutoFix::remove,
              .params = runtime_params},
     .check = check_runtime},
    {.info = {.id = "annotation",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "an annotation",
              .why = "runtimes read annotations as commands: hooks, devices and virtual machine settings have been "
                     "passed that way",
              .remedy = "remove it; labels hold notes for people",
              .source = "own",
              .fix = AutoFix::remove,
              .params = annotation_params},
     .check = check_annotation},
    {.info = {.id = "cgroup-parent",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a cgroup parent",
              .why = "another control group has other limits, perhaps none, and perhaps somebody else's",
              .remedy = "remove it and set memory, cpus and pids_limit",
              .source = "CIS Docker 1.6.0 5.25",
              .fix = AutoFix::remove,
              .compose_remedy = "remove it and set mem_limit, cpus and pids_limit"},
     .check = check_cgroup_parent},
    {.info = {.id = "cpu-realtime",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a realtime CPU period or runtime",
              .why = "a realtime task that does not yield starves the host",
              .remedy = "remove it; cpus bounds the processor time",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_realtime},
};

}  // namespace

std::span<const Rule> runtime_rules() { return rules; }

}  // namespace skillrun::rules
