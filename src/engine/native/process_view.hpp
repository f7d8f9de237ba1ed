#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace skillrun::inline v0 {

/// What the kernel says of a process (proc(5)).
struct ProcessView {
  std::uint32_t uid = 0;  ///< effective
  std::uint32_t gid = 0;
  std::set<std::uint32_t> groups;
  bool one_user = false;  ///< real, effective, saved and file-system numbers are the same, of user and group
  std::uint64_t bounding = 0;
  std::uint64_t effective = 0;
  std::uint64_t inheritable = 0;
  std::uint64_t ambient = 0;
  bool no_new_privileges = false;
  int seccomp = 0;  ///< 0: none, 1: strict, 2: a filter
  char state = '?';
  std::set<std::string> shared_namespaces;  ///< which it has in common with this process: "net", "ipc", ...
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> limits;  ///< soft and hard, by docker's names; -1: none
  std::int64_t oom_score_adj = 0;
  std::string program;  ///< what it executes, as /proc/PID/exe; empty once it has ended

  /// Nothing where it has ended.
  [[nodiscard]] static std::optional<ProcessView> of(pid_t pid);
};

/// The names of a set of capabilities, without CAP_; one that has no name yet by its number.
[[nodiscard]] std::vector<std::string> names_of_capabilities(std::uint64_t set);

}  // namespace skillrun::inline v0
