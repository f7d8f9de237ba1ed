#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace skillrun::inline v0 {

/// An entry of /proc/PID/mountinfo (proc(5)), with its escapes undone.
struct MountEntry {
  std::uint64_t id = 0;  ///< of the mount, as statx(2) tells it of what lies there
  std::string root;      ///< what of its file system is mounted
  std::string point;
  std::vector<std::string> options;
  bool shared = false;    ///< what is mounted there later is seen elsewhere
  bool receives = false;  ///< it sees what is mounted elsewhere later
  std::string type;
  std::string source;
  std::vector<std::string> super_options;

  [[nodiscard]] bool has_option(const std::string& option) const;
  [[nodiscard]] bool has_super_option(const std::string& option) const;
};

/// Reads such a table.
[[nodiscard]] std::vector<MountEntry> read_mounts(std::istream& lines);

/// Those of a process in the order in which they were mounted; empty where they cannot be read.
[[nodiscard]] std::vector<MountEntry> mounts_of(const std::string& pid = "self");

}  // namespace skillrun::inline v0
