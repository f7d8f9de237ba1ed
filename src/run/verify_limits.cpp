// How much it may use.
#include <cstdlib>

#include "run/comparison.hpp"

namespace skillrun {

namespace {

/// A bound is in force when the engine reports it; a spec without one asks for none.
void compare_bound(Comparison& c, const Optional<std::int64_t>& approved, std::int64_t made,
                   std::int64_t tolerance = 0) {
  if (!approved || approved->value <= 0) return;
  if (made <= 0) return c.unenforced(approved->origin, std::to_string(approved->value), "none");
  if (std::abs(made - approved->value) <= tolerance) return;
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
}

void compare_oom_killer(Comparison& c) {
  const bool approved = c.spec.oom_kill_disable && c.spec.oom_kill_disable->value;
  if (c.made.oom_kill_disable && !approved) c.added("protection from the out-of-memory killer");
}

void compare_cpu_period(Comparison& c) { compare_bound(c, c.spec.cpu_period, c.made.cpu_period); }
void compare_cpu_quota(Comparison& c) { compare_bound(c, c.spec.cpu_quota, c.made.cpu_quota); }

/// What gives a task more than others, not less: none may come from elsewhere.
void compare_grant(Comparison& c, const Optional<std::int64_t>& approved, std::int64_t made) {
  if (made == (approved ? approved->value : 0)) return;
  if (approved) return c.differ(approved->origin, std::to_string(approved->value), std::to_string(made));
  c.added(std::to_string(made));
}

void compare_realtime_period(Comparison& c) {
  compare_grant(c, c.spec.cpu_realtime_period, c.made.cpu_realtime_period);
}
void compare_realtime_runtime(Comparison& c) {
  compare_grant(c, c.spec.cpu_realtime_runtime, c.made.cpu_realtime_runtime);
}

void compare_set(Comparison& c, const Optional<std::string>& approved, const std::string& made) {
  if (approved && approved->value != made) c.unenforced(approved->origin, approved->value, made.empty() ? "any" : made);
}

void compare_cpuset_cpus(Comparison& c) { compare_set(c, c.spec.cpuset_cpus, c.made.cpuset_cpus); }
void compare_cpuset_mems(Comparison& c) { compare_set(c, c.spec.cpuset_mems, c.made.cpuset_mems); }

/// -1 leaves it to the system.
void compare_swappiness(Comparison& c) {
  const auto& approved = c.spec.memory_swappiness;
  if (!approved || approved->value < 0 || c.made.memory_swappiness == approved->value) return;
  c.unenforced(approved->origin, std::to_string(approved->value),
               c.made.memory_swappiness ? std::to_string(*c.made.memory_swappiness) : "the system's");
}

void compare_blkio_weight(Comparison& c) { compare_bound(c, c.spec.blkio_weight, c.made.blkio_weight); }

void compare_rates(Comparison& c, const List<DeviceRate>& approved, const std::vector<DeviceRate>& made) {
  for (const auto& wanted : approved) {
    const auto found = std::ranges::find(made, wanted.value.path, &DeviceRate::path);
    const std::string text = fmt::format("{}:{}", wanted.value.path, wanted.value.rate);
    if (found == made.end()) {
      c.unenforced(wanted.origin, text, "none");
    } else if (found->rate != wanted.value.rate) {
      c.differ(wanted.origin, text, fmt::format("{}:{}", found->path, found->rate));
    }
  }
}

void compare_weight_devices(Comparison& c) {
  compare_rates(c, c.spec.blkio_weight_devices, c.made.blkio_weight_devices);
}
void compare_read_bps(Comparison& c) { compare_rates(c, c.spec.device_read_bps, c.made.device_read_bps); }
void compare_read_iops(Comparison& c) { compare_rates(c, c.spec.device_read_iops, c.made.device_read_iops); }
void compare_write_bps(Comparison& c) { compare_rates(c, c.spec.device_write_bps, c.made.device_write_bps); }
void compare_write_iops(Comparison& c) { compare_rates(c, c.spec.device_write_iops, c.made.device_write_iops); }

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

constexpr FieldComparison limit_rows[] = {
    {"memory", compare_memory, {}},
    {"memory_swap", compare_memory_swap, {}},
    {"memory_reservation", compare_reservation, {}},
    {"nano_cpus", compare_cpus, {}},
    {"cpu_shares", compare_cpu_shares, {}},
    {"cpu_period", compare_cpu_period, {}},
    {"cpu_quota", compare_cpu_quota, {}},
    {"cpu_realtime_period", compare_realtime_period, {}},
    {"cpu_realtime_runtime", compare_realtime_runtime, {}},
    {"cpuset_cpus", compare_cpuset_cpus, {}},
    {"cpuset_mems", compare_cpuset_mems, {}},
    {"memory_swappiness", compare_swappiness, {}},
    {"oom_kill_disable", compare_oom_killer, {}},
    {"pids_limit", compare_pids, {}},
    {"shm_size", compare_shm, {}},
    {"oom_score_adj", compare_oom, {}},
    {"ulimits", compare_ulimits, {}},
    {"blkio_weight", compare_blkio_weight, {}},
    {"blkio_weight_devices", compare_weight_devices, {}},
    {"device_read_bps", compare_read_bps, {}},
    {"device_read_iops", compare_read_iops, {}},
    {"device_write_bps", compare_write_bps, {}},
    {"device_write_iops", compare_write_iops, {}},
};

}  // namespace

std::span<const FieldComparison> limit_comparisons() { return limit_rows; }

}  // namespace skillrun
