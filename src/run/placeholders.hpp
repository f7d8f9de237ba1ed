#pragma once

#include <span>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>
#include <skillrun/spec.hpp>

#include "support/unique_fd.hpp"
#include "support/written_places.hpp"

namespace skillrun::inline v0 {

/// The paths of the stand-ins that a run needs: what is protected and not there.
[[nodiscard]] std::vector<std::string> needed_placeholders(const ContainerSpec& approved);

/// Stand-ins for protected names that are not there: an empty file or folder that is mounted read-only over itself, so
/// that the skill cannot make one. An engine that is told to mount over nothing makes the mount point itself, as root,
/// and leaves it; these are the caller's. Runs at the same time share them: each holds a lock on what it uses, and the
/// last one takes it away. They stay when this object goes: only who knows that the container is gone removes them.
class Placeholders {
 public:
  /// Makes what is missing and holds it; why nothing may run, if anything. Somebody else's lock is waited for until
  /// `limits` end that.
  [[nodiscard]] Findings make(const ContainerSpec& approved, CallLimits limits);

  /// Takes away what no run needs any more, by the record of what skills can write: one that lists a stand-in and has
  /// not ended may belong to a container that outlived its skillrun.
  void remove(std::span<const WrittenPlace> places);

 private:
  struct Held {
    std::string path;
    UniqueFd parent;
    std::string name;
    UniqueFd file;
  };
  std::vector<Held> held_;
};

/// The same for stand-ins that ended runs have left.
void remove_placeholders(std::span<const std::string> paths, std::span<const WrittenPlace> places);

}  // namespace skillrun::inline v0
