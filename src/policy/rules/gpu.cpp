#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"
#include "spec/device_variables.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// A request that lists devices, or names a driver or what the cards are for, has no count.
bool wants_gpu(const ContainerSpec& spec) {
  if (!spec.gpus) return false;
  const GpuRequest& gpus = spec.gpus->value;
  return gpus.count != 0 || !gpus.device_ids.empty() || !gpus.driver.empty() || !gpus.capabilities.empty();
}

/// All of NVIDIA's, whose the engine's are where no maker is named: a variable can ask for no more of them.
bool wants_all_of_nvidia(const ContainerSpec& spec) {
  if (!spec.gpus || spec.gpus->value.count >= 0 || !spec.gpus->value.device_ids.empty()) return false;
  return spec.gpus->value.driver.empty() || spec.gpus->value.driver == "nvidia";
}

void check_gpu(const RuleContext& context, FindingSink& sink) {
  if (wants_gpu(context.spec)) sink.report(context.spec.gpus->origin, "the skill gets access to the GPU");
  for (const auto& entry : context.spec.env) {
    if (!hands_out_devices(entry.value.name) || (entry.value.value && is_no_device(*entry.value.value))) continue;
    sink.report(entry.origin,
                fmt::format("{} gives access to the GPU where the engine's runtime obeys it", entry.value.name));
  }
}

void check_environment(const RuleContext& context, FindingSink& sink) {
  // Devices of CDI go through the same toolkit.
  if (!wants_gpu(context.spec) && context.spec.cdi_devices.empty()) return;
  for (const auto& entry : context.spec.env) {
    if (entry.value.name == "NVIDIA_VISIBLE_DEVICES" && wants_all_of_nvidia(context.spec)) continue;
    if (entry.value.name == "LD_PRELOAD" || entry.value.name.starts_with("NVIDIA_")) {
      sink.report(entry.origin, fmt::format("{} is set together with a GPU", entry.value.name));
    }
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "gpu",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "GPU access",
              .why = "GPU drivers are large kernel code, and memory of the card may be shared between users",
              .remedy = "remove gpus unless the tool computes on it",
              .source = "own"},
     .check = check_gpu},
    {.info = {.id = "gpu-environment",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "LD_PRELOAD or NVIDIA_* set together with a GPU",
              .why = "the GPU toolkit's hook runs on the host as root and has obeyed these variables",
              .remedy = "remove the variable; gpus says which cards the skill gets",
              .source = "CVE-2025-23266"},
     .check = check_environment},
};

}  // namespace

std::span<const Rule> gpu_rules() { return rules; }

}  // namespace skillrun::rules
