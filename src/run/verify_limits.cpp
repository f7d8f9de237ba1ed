// How much it may use.
#include <cstdlib>

#include "run/comparison.hpp"

namespace skillrun {

namespace {

/// A bound is in force when the engine reports it; a spec without one asks for none.
void compare_bound(Comparison& c, const Optional<std::int64_t>& approved, std::int64_t made,
                   std::int64_t tolerance = 0) {
  if (!approved || approved->value <= 0 || std::abs(made - approved->value) <= tolerance) return;
  if (made <= 0) return c.unenforced(approved->origin, std::to_string(approved->value), "none");
  c.differ(approved->origin, std::to_string(approved->value), std::to_string(made));
}

void compare_memory(Comparison& c) { compare_bound(c, c.spec.memory, c.made.memory); }
void compare_memory_swap(Comparison& c) { compare_bound(c, c.spec.memory_swap, c.made.memory_swap); }
void compare_reservation(Comparison& c) { compare_bound(c, c.spec.memory_reservation, c.made.memory_reservation); }
void compare_cpu_shares(Comparison& c) { compare_bound(c, c.spec.cpu_shares, c.made.cpu_shares); }
void compare_pids(Comparison& c) { compare_bound(c, c.spec.pids_limit, c.made.pids_limit); }
void compare_shm(Comparison& c) { compare_bound(c, c.spec.shm_size, c.made.shm_size); }

/// podman computes them back from microseconds in a tenth of a second.
void compare_cpus(Comparison& c) {
  constexpr std::int64_t step = 10'000;
  compare_bound(c, c.spec.nano_cpus, c.made.nano_cpus, c.podman() ? step : 0);
}

void compare_oom(Comparison& c) {
  const std::int64_t approved = c.spec.oom_score_adj ? c.spec.oom_score_adj->value : 0;
  if (c.spec.oom_score_adj ? c.made.oom_score_adj != approved : c.made.oom_score_adj < 0) {
    c.differ(c.spec.oom_score_adj ? c.spec.oom_score_adj->origin : Origin{}, std::to_string(approved),
             std::to_string(c.made.oom_score_adj));
  }
  if (c.made.oom_kill_disable) c.added("protection from the out-of-memory killer");
}

/// Those of other names come from the engine's configuration.
void compare_ulimits(Comparison& c) {
  const auto text_of = [](const Ulimit& limit) { return fmt::format("{}={}:{}", limit.name, limit.soft, limit.hard); };
  for (const auto& approved : c.spec.ulimits) {
    const auto made = std::ranges::find(c.made.ulimits, approved.value.name, &Ulimit::name);
    if (made == c.made.ulimits.end()) {
      c.unenforced(approved.origin, text_of(approved.value), "none");
    } else if (made->soft != approved.value.soft || made->hard != approved.value.hard) {
      c.differ(approved.origin, text_of(approved.value), text_of(*made));
    }
  }
}

constexpr FieldComparison comparisons[] = {
    {"memory", compare_memory, {}},
    {"memory_swap", compare_memory_swap, {}},
    {"memory_reservation", compare_reservation, {}},
    {"nano_cpus", compare_cpus, {}},
    {"cpu_shares", compare_cpu_shares, {}},
    {"pids_limit", compare_pids, {}},
    {"shm_size", compare_shm, {}},
    {"oom_score_adj", compare_oom, {}},
    {"ulimits", compare_ulimits, {}},
};

}  // namespace

std::span<const FieldComparison> limit_comparisons() { return comparisons; }

}  // namespace skillrun
