#pragma once

#include <string>
#include <vector>

namespace skillrun::inline v0 {

/// The control groups of one container, in every hierarchy of this machine: version 1, version 2, or both.
class Cgroups {
 public:
  /// `path`: as config.json names it. Reads what is mounted.
  explicit Cgroups(const std::string& path);

  /// The folder in the hierarchy that has a controller; empty where no hierarchy has it.
  [[nodiscard]] std::string folder_of(const std::string& controller) const;
  [[nodiscard]] bool unified() const noexcept { return unified_; }

  /// Whether the kernel killed a process of it for want of memory.
  [[nodiscard]] bool killed_for_memory() const;
  /// Freezes every process, or lets them go on; false where that cannot be had.
  [[nodiscard]] bool freeze(bool frozen) const;
  /// Removes them. Nobody may be in them any more.
  void remove() const;

 private:
  struct Folder {
    std::string path;
    std::vector<std::string> controllers;
  };

  std::vector<Folder> folders_;
  bool unified_ = false;  ///< version 2 only
};

}  // namespace skillrun::inline v0
