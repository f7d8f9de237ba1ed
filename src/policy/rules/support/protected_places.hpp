#pragma once

#include <span>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// What lies at a protected name below a folder that is mounted writable.
struct ProtectedPlace {
  enum class Kind : std::uint8_t {
    there,    ///< to be read-only
    missing,  ///< to be made for the run and read-only, so that nobody else makes it
    parent,   ///< a folder above one that is there: a mount point of its own, because one could move it away
    link,     ///< what it leads to can be exchanged: nothing that is mounted keeps it
    /// A working tree of git's, by its whole path: what it says was not understood, or it has more submodules than a
    /// container can have mounts for.
    unknown,
    inside,  ///< what the mounted place is a part of, or is itself, by its whole path
  };
  Kind kind = Kind::there;
  std::string name;  ///< below the mounted folder; a slash at its end for a folder

  [[nodiscard]] bool can_be_kept() const noexcept {
    return kind == Kind::there || kind == Kind::missing || kind == Kind::parent;
  }
};

/// Every place below one real folder or file, mounted writable, that is to be kept from the skill, each once and those
/// above others first:
/// - the names in the folder itself, in each folder between it and one that the caller stands in or that a deciding
///   document lies in, and in submodules of repositories in and around it. A folder that is itself below a name's first
///   components, such as `.vscode`, counts.
/// - deciding documents, and the links that lead to them;
/// - what git reads of the working trees in and around the folder and where the caller stands: repositories that lie
///   elsewhere, files that a configuration includes, its folder of hooks;
/// - what would make one of these folders a repository, while `.git` is among the names and there is none.
/// Empty where nobody knows what is there.
[[nodiscard]] std::vector<ProtectedPlace> protected_places(const std::string& folder,
                                                           std::span<const std::string> names,
                                                           const ContainerSpec& spec, const HostView& host);

/// True when a deciding document is the file at this real path.
[[nodiscard]] bool is_deciding(const std::string& path, const ContainerSpec& spec, const HostView& host);

}  // namespace skillrun::inline v0
