#include <tuple>

#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t engine_minimum = 6 * mebibyte;

constexpr RuleParam memory_params[] = {
    {.name = "max", .type = ParamType::size, .description = "the largest memory limit that passes"}};
constexpr RuleParam cpu_params[] = {
    {.name = "max", .type = ParamType::cpus, .description = "the largest number of CPUs that passes"}};
constexpr RuleParam pids_params[] = {
    {.name = "max", .type = ParamType::count, .description = "the largest limit on processes that passes"}};
constexpr RuleParam shm_params[] = {{.name = "max",
                                     .type = ParamType::size,
                                     .description = "the largest shared memory that passes; 1GiB when unset",
                                     .builtin_limit = 1024 * mebibyte}};

/// Reports a limit that is absent, or is there but limits nothing.
void check_limit(const RuleContext& context, FindingSink& sink, const OptionalSetting<std::int64_t>& limit,
                 std::string_view field, std::string_view consequence) {
  if (!limit) {
    sink.report(absent(context.spec, std::string(field)), fmt::format("there is no limit: {}", consequence));
  } else if (limit->value <= 0) {
    sink.report(limit->origin, fmt::format("{} means unlimited: {}", limit->value, consequence));
  }
}

/// Reports a limit above the most that the policy allows.
template <class Message>
void check_maximum(const RuleContext& context, FindingSink& sink, const OptionalSetting<std::int64_t>& limit,
                   Message text) {
  const std::int64_t* max = context.params.number("max");
  if (max != nullptr && limit && limit->value > *max) {
    sink.report(limit->origin, fmt::format("{}, but the policy allows at most {}", text(limit->value), text(*max)),
                "ask for less, or have the policy's maximum raised");
  }
}

std::string bytes_text(std::int64_t bytes) {
  return bytes % mebibyte == 0 ? fmt::format("{} MiB", bytes / mebibyte) : fmt::format("{} bytes", bytes);
}

std::string cpus_text(std::int64_t nano_cpus) { return fmt::format("{} CPUs", static_cast<double>(nano_cpus) / 1e9); }

void check_memory(const RuleContext& context, FindingSink& sink) {
  check_limit(context, sink, context.spec.memory, "docker.memory", "the skill can use all memory of the machine");
}

void check_cpu(const RuleContext& context, FindingSink& sink) {
  check_limit(context, sink, context.spec.nano_cpus, "docker.cpus", "the skill can use all processors");
}

void check_pids(const RuleContext& context, FindingSink& sink) {
  check_limit(context, sink, context.spec.pids_limit, "docker.pids_limit", "the skill can start processes without end");
  check_maximum(context, sink, context.spec.pids_limit,
                [](std::int64_t value) { return fmt::format("{} processes", value); });
}

void check_memory_values(const RuleContext& context, FindingSink& sink) {
  const auto& [memory, swap, reservation] =
      std::tie(context.spec.memory, context.spec.memory_swap, context.spec.memory_reservation);
  if (memory && (memory->value < 0 || (memory->value > 0 && memory->value < engine_minimum))) {
    sink.report(memory->origin, fmt::format("a memory limit of {} bytes; engines take at least 6m", memory->value));
  }
  if (swap && swap->value < -1) {
    sink.report(swap->origin, fmt::format("a memory_swap of {} bytes is negative", swap->value));
  }
  if (swap && swap->value > 0 && (!memory || memory->value == 0)) {
    sink.report(swap->origin, "memory_swap means nothing without memory", "set memory too");
  }
  if (swap && swap->value > 0 && memory && swap->value < memory->value) {
    sink.report(swap->origin, "memory_swap is below memory; it counts memory and swap together",
                "set it to at least the value of memory");
  }
  if (reservation && reservation->value < 0) {
    sink.report(reservation->origin, fmt::format("a memory_reservation of {} bytes is negative", reservation->value));
  }
  if (reservation && memory && memory->value > 0 && reservation->value > memory->value) {
    sink.report(reservation->origin, "memory_reservation is above memory", "set it to at most the value of memory");
  }
  check_maximum(context, sink, memory, bytes_text);
}

void check_swap(const RuleContext& context, FindingSink& sink) {
  const auto& [memory, swap] = std::tie(context.spec.memory, context.spec.memory_swap);
  if (swap && swap->value == -1) {
    sink.report(swap->origin, "swap is unlimited");
  } else if (memory && memory->value > 0 && (!swap || swap->value == 0)) {
    sink.report(swap ? swap->origin : memory->origin,
                "without memory_swap the skill gets as much swap again as memory");
  }
}

void check_cpu_values(const RuleContext& context, FindingSink& sink) {
  const auto& cpus = context.spec.nano_cpus;
  if (cpus && cpus->value < 0) sink.report(cpus->origin, "a negative CPU count");
  check_maximum(context, sink, cpus, cpus_text);
}

void check_oom(const RuleContext& context, FindingSink& sink) {
  const auto& score = context.spec.oom_score_adj;
  if (score && score->value < 0) {
    sink.report(score->origin, fmt::format("with {} the kernel kills other programs before the skill", score->value));
  }
}

void check_shm(const RuleContext& context, FindingSink& sink) {
  const auto& size = context.spec.shm_size;
  const std::int64_t* max = context.params.number("max");
  if (size && size->value > (max != nullptr ? *max : shm_params[0].builtin_limit)) {
    sink.report(size->origin, fmt::format("{} of shared memory", bytes_text(size->value)));
  }
}

void check_oom_kill(const RuleContext& context, FindingSink& sink) {
  const auto& disable = context.spec.oom_kill_disable;
  if (disable && disable->value) sink.report(disable->origin, "the skill is never ended when memory runs out");
}

constexpr Rule rules[] = {
    {.info = {.id = "memory-missing",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "no memory limit",
              .why = "one run with a large input can bring the whole machine to a halt",
              .remedy = "write memory = \"512m\", or what the tool needs",
              .source = "CIS Docker 1.6.0 5.11"},
     .check = check_memory},
    {.info = {.id = "memory-invalid",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a size that does not parse, is negative, overflows or is under the engine's minimum",
              .why = "some engines turn such sizes into no limit at all, so they are refused under every policy",
              .remedy = "write a whole number with b, k, m or g, such as \"512m\"",
              .source = "own",
              .params = memory_params},
     .check = check_memory_values},
    {.info = {.id = "memory-swap-unlimited",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "swap unlimited, or as much again as memory by default",
              .why = "the memory limit only moves the load to the disk",
              .remedy = "set memory_swap to what the limit of memory is",
              .source = "own"},
     .check = check_swap},
    {.info = {.id = "cpu-missing",
              .privileged = info,
              .baseline = info,
              .restricted = error,
              .summary = "no CPU limit",
              .why = "one run can take all processors from everybody else",
              .remedy = "set cpus, such as \"2\"",
              .source = "CIS Docker 1.6.0 5.12"},
     .check = check_cpu},
    {.info = {.id = "cpu-invalid",
              .privileged = error,
              .baseline = error,
              .restricted = error,
              .summary = "a CPU count that does not parse, is negative, or has more than nine digits after the point",
              .why = "engines read odd spellings differently, so they are refused under every policy",
              .remedy = "write a plain number such as \"1.5\"",
              .source = "own",
              .params = cpu_params},
     .check = check_cpu_values},
    {.info = {.id = "pids-missing",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "no limit on processes, or 0 or -1",
              .why = "a fork bomb in one container takes the process table of the whole machine",
              .remedy = "set pids_limit, such as 256",
              .source = "CIS Docker 1.6.0 5.29",
              .params = pids_params},
     .check = check_pids},
    {.info = {.id = "oom-score-negative",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a negative oom_score_adj",
              .why = "when memory runs out the kernel would spare the skill and kill the system's services",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_oom},
    {.info = {.id = "shm-large",
              .privileged = info,
              .baseline = info,
              .restricted = warning,
              .summary = "shared memory above 1 GiB",
              .why = "it is memory of the machine that stays taken while the container lives",
              .remedy = "ask for what the tool needs, 64m is the default",
              .source = "own",
              .params = shm_params},
     .check = check_shm},
    {.info = {.id = "oom-kill-disable",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "the OOM killer disabled",
              .why = "a skill that hangs at its limit holds memory for ever, and without a limit the host ends other "
                     "programs instead",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_oom_kill},
};

}  // namespace

std::span<const Rule> limits_rules() { return rules; }

}  // namespace skillrun::rules
