#pragma once

#include <expected>
#include <string>

#include "engine/native/keeper_messages.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::keeper {

/// In mount and process namespaces of its own: makes every mount private, and gives /proc this namespace's processes.
/// The error is what went wrong, with the system's words.
[[nodiscard]] std::expected<void, std::string> prepare_namespace();

/// Mounts the root file system of a plan in its folder: its layers under a layer for changes. Layers are mounted by
/// descriptor: what was opened is what is mounted. The root's folder.
[[nodiscard]] std::expected<UniqueFd, std::string> mount_root(const KeeperPlan& plan);

/// Takes it away, with everything that the container wrote. False where something of that stays.
[[nodiscard]] bool remove_root(const KeeperPlan& plan);

}  // namespace skillrun::keeper
