#pragma once

#include <sys/types.h>

#include <optional>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// The namespaces of a user's podman, in which its paths mean what it says of them.
struct PodmanNamespaces {
  UniqueFd user;
  UniqueFd mount;

  /// Enters both. For a process of one thread, as a child after fork is; false with errno otherwise.
  [[nodiscard]] bool enter() const noexcept;
};

/// Those of this user's podman; nothing where it keeps none.
[[nodiscard]] std::optional<PodmanNamespaces> podman_namespaces();

}  // namespace skillrun::inline v0
