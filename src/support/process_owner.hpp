#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

namespace skillrun::inline v0 {

/// Which process something belongs to, in words that another process can judge later: labels of containers and names of
/// folders. A word that could not be found out is empty.
struct ProcessOwner {
  std::string machine;        ///< a hash over the machine's id and host name
  std::string boot;           ///< the kernel's id of this boot, without dashes
  std::string pid_namespace;  ///< the number of the namespace that the pid counts in
  std::string pid;
  std::string start;  ///< when the process started, in clock ticks since the boot

  /// This process.
  [[nodiscard]] static ProcessOwner current();
};

/// What a look at a process number of this namespace found.
struct ProcessLook {
  enum class Kind : std::uint8_t { none, found, unknown };
  Kind kind = Kind::unknown;
  std::string start;  ///< of the one that was found
};
using LookAtProcess = std::function<ProcessLook(pid_t)>;

/// Looks into /proc. A process that has ended and was not reaped is none; one that cannot be looked at is unknown.
[[nodiscard]] ProcessLook look_at_process(pid_t pid);

/// Whether an owner lives, and why that is so, as half a sentence.
struct OwnerVerdict {
  enum class Kind : std::uint8_t {
    lives,
    ended,
    unknown,  ///< nothing may be done
  };
  Kind kind = Kind::unknown;
  std::string reason;
};

/// Pure. `here` is the process that judges. Ended is only what cannot be alive: a process of an earlier boot of this
/// machine, or one of this namespace that is not there any more. All else is alive or unknown.
[[nodiscard]] OwnerVerdict judge_owner(const ProcessOwner& owner, const ProcessOwner& here, const LookAtProcess& look);

}  // namespace skillrun::inline v0
