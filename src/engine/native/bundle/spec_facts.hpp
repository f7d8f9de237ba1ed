#pragma once

#include <span>
#include <string>
#include <string_view>

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

/// A namespace that a spec may ask to share with the machine.
struct SharedNamespace {
  std::string_view kernel;   ///< its name in /proc/PID/ns
  std::string_view setting;  ///< the member of ContainerSpec
  bool (*shared)(const ContainerSpec& spec);
};
[[nodiscard]] std::span<const SharedNamespace> shared_namespaces();

/// False where there is to be no /dev/shm.
[[nodiscard]] bool has_shared_memory(const ContainerSpec& spec);

/// The container's name for itself: what the spec says, the machine's where its network is shared, or a part of the id.
/// That is what HOSTNAME holds too, even where the machine's own name is shared.
[[nodiscard]] std::string container_name(const ContainerSpec& spec, std::string_view id, std::string_view machine);

/// True where the setting is there and says so.
[[nodiscard]] inline bool is_on(const OptionalSetting<bool>& setting) { return setting && setting->value; }

}  // namespace skillrun::inline v0
