#pragma once

#include <vector>

#include <skillrun/spec.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// Binds, Mounts and Tmpfs of HostConfig.
void put_mounts(json::object& host, const SettingList<Mount>& list, bool podman);

/// True for a mount that is sent as `source:target:options`: only that form creates a missing source, relabels it and
/// (on podman) knows nocopy, and takes a source with commas or quotes. All others go into Mounts.
[[nodiscard]] bool needs_bind_syntax(const Mount& mount, bool podman);

/// The entries as one object; of entries with one key the last one counts.
[[nodiscard]] json::object map_of(const std::vector<KeyValue>& entries);

}  // namespace skillrun::inline v0
