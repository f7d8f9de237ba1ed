#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// What the native engine finds on this machine and may use. A member that was not asked for is "no".
struct NativeAbilities {
  std::string runtime;  ///< what `runtime` must be where it is declared: "crun"
  bool rootless = false;
  int cgroups = 0;  ///< the version whose folders this process may make: 1 (hybrid too), 2; 0: none

  // Controllers, and files of theirs that not every kernel has.
  bool memory = false;
  bool swap = false;              ///< accounted for
  bool swappiness = false;        ///< version 1 only
  bool oom_kill_disable = false;  ///< version 1 only
  bool cpu = false;
  bool cpu_realtime = false;  ///< version 1, and a kernel with groups of real-time processes
  bool cpuset = false;
  bool pids = false;
  bool block_io = false;         ///< throttling
  bool block_io_weight = false;  ///< a scheduler with weights
  bool device_rules = false;     ///< the devices controller, or BPF programs for version 2

  bool seccomp = false;          ///< of the kernel, and of the runtime
  bool seccomp_profile = false;  ///< there is a default profile
  bool apparmor = false;
  bool selinux = false;
  bool recursive_read_only = false;
  bool init_program = false;

  std::vector<std::string> capabilities;            ///< all that this process can give, without CAP_
  std::map<std::string, std::int64_t> hard_limits;  ///< this process's own, by the names of `ulimits`; -1: none
  std::int64_t oom_score_adj = 0;                   ///< this process's own
};

/// What of the spec the native engine would not do, or would do as something else. Asks nobody.
[[nodiscard]] std::vector<EngineGap> native_gaps(const ContainerSpec& spec, const NativeAbilities& can);

}  // namespace skillrun::inline v0
