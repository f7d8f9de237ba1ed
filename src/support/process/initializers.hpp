#pragma once

#include <array>
#include <string>
#include <vector>

#include "support/process/boost_launcher.hpp"
#include "support/process/launcher.hpp"

namespace skillrun::inline v0 {

/// Initializers for ProgramLauncher: what Boost's own do not say, or say wrongly.
namespace initializers {

using boost::process::v2::error_code;
using Path = boost::process::v2::filesystem::path;

/// The environment, all of it: nothing is inherited.
class Environment {
 public:
  explicit Environment(const std::vector<std::string>& variables);
  [[nodiscard]] error_code on_setup(ProgramLauncher& launcher, const Path& executable,
                                    const char* const* words) noexcept;

 private:
  std::vector<const char*> entries_;
};

/// What stands behind descriptors 0, 1, 2 and, where it is given, 3. -1 is /dev/null.
class Descriptors {
 public:
  Descriptors(int input, int output, int error, int extra) : given_{input, output, error, extra} {}
  [[nodiscard]] error_code on_setup(ProgramLauncher& launcher, const Path& executable,
                                    const char* const* words) const noexcept;
  [[nodiscard]] error_code on_exec_setup(ProgramLauncher& launcher, const Path& executable,
                                         const char* const* words) const noexcept;

 private:
  std::array<int, 4> given_;
};

/// A process group of the child's own; with a terminal as its input also a session, which that terminal controls. After
/// the descriptors.
struct ProcessGroup {
  bool has_terminal = false;
  [[nodiscard]] error_code on_exec_setup(ProgramLauncher& launcher, const Path& executable,
                                         const char* const* words) const noexcept;
};

/// The folder that the child starts in; empty: the parent's.
class StartFolder : boost::process::v2::process_start_dir {
 public:
  using process_start_dir::process_start_dir;
  [[nodiscard]] error_code on_exec_setup(ProgramLauncher& launcher, const Path& executable, const char* const* words);
};

/// Every signal has its default disposition, and none is blocked. The last of the initializers: from here on a signal
/// can end the child.
struct FreshSignals {
  [[nodiscard]] error_code on_exec_setup(ProgramLauncher& launcher, const Path& executable,
                                         const char* const* words) const noexcept;
};

}  // namespace initializers

}  // namespace skillrun::inline v0
