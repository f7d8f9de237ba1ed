#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "integration/process.hpp"

namespace integration {

/// A shell with job control that runs one line at a terminal of its own; "$@" in it is the program.
class JobTerminal {
 public:
  JobTerminal(const Command& command, const std::string& line);
  JobTerminal(const JobTerminal&) = delete;
  JobTerminal& operator=(const JobTerminal&) = delete;
  ~JobTerminal();

  void type(std::string_view keys) const;
  void resize(int rows, int columns) const;
  [[nodiscard]] bool echoes() const;
  /// Everything that was shown until `text` was, or the shell has ended, or too much time has passed.
  const std::string& until(std::string_view text);
  /// Goes away under its shell, as a window that is closed.
  void hang_up();

 private:
  int master_ = -1;
  pid_t shell_ = -1;
  std::string shown_;
};

/// What the stop key sends.
inline constexpr std::string_view ctrl_z = "\x1A";

}  // namespace integration
