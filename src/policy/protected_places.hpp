#pragma once

#include <span>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun {

/// What lies at a protected name below a folder that is mounted writable.
struct ProtectedPlace {
  enum class Kind : std::uint8_t {
    there,    ///< to be read-only
    missing,  ///< to be made for the run and read-only, so that nobody else makes it
    parent,   ///< a folder above one that is there: a mount point of its own, because one could move it away
    link,     ///< what it leads to can be exchanged: nothing that is mounted keeps it
    /// A working tree at or above the mounted folder, whose submodules were not understood or are more than a container
    /// can have mounts for.
    submodules,
  };
  Kind kind = Kind::there;
  std::string name;  ///< below the mounted folder, a slash at its end for a folder; of a working tree the whole path

  [[nodiscard]] bool can_be_kept() const noexcept { return kind != Kind::link && kind != Kind::submodules; }
};

/// Every place below one real folder, mounted writable, that is to be kept from the skill, each once and those above
/// others first:
/// - the names in the folder itself, in each folder between it and one that the caller stands in or that a deciding
///   document lies in, and in submodules of repositories in and around it. A folder that is itself below a name's first
///   components, such as `.vscode`, counts.
/// - deciding documents, and the links that lead to them;
/// - what would make one of these folders a repository, while `.git` is among the names and there is none.
/// Empty where nobody knows what is there.
[[nodiscard]] std::vector<ProtectedPlace> protected_places(const std::string& folder,
                                                           std::span<const std::string> names,
                                                           const ContainerSpec& spec, const HostView& host);

/// True when a deciding document is the file at this real path.
[[nodiscard]] bool is_deciding(const std::string& path, const ContainerSpec& spec, const HostView& host);

}  // namespace skillrun
