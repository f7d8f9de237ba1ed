#pragma once

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

// What several rows want to know of a setting. Each is defined beside the row of its setting.

[[nodiscard]] bool is_privileged(const ContainerSpec& spec);
[[nodiscard]] bool has_read_only_root(const ContainerSpec& spec);

// True for a container in the machine's own namespace.
[[nodiscard]] bool shares_network(const ContainerSpec& spec);
[[nodiscard]] bool shares_processes(const ContainerSpec& spec);
[[nodiscard]] bool shares_ipc(const ContainerSpec& spec);
[[nodiscard]] bool shares_name(const ContainerSpec& spec);

/// False where there is to be no /dev/shm.
[[nodiscard]] bool has_shared_memory(const ContainerSpec& spec);

/// True where the setting is there and says so.
[[nodiscard]] inline bool is_on(const OptionalSetting<bool>& setting) { return setting && setting->value; }

}  // namespace skillrun::inline v0
