#pragma once

#include <sys/types.h>

#include <string>

#include "integration/process.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::test {

/// A program at a terminal of its own, with somebody who reads and types.
class AtTerminal {
 public:
  explicit AtTerminal(const integration::Command& command);
  AtTerminal(const AtTerminal&) = delete;
  AtTerminal& operator=(const AtTerminal&) = delete;
  ~AtTerminal();

  /// Waits until the screen holds `text`; false when the program ended or half a minute passed before that.
  [[nodiscard]] bool sees(const std::string& text);
  void type(const std::string& text) const;
  /// Waits for the end; the exit status, 128+N for signal N.
  [[nodiscard]] int finish();
  /// All that was shown, with plain line ends.
  [[nodiscard]] const std::string& screen() const noexcept { return screen_; }

 private:
  bool read_more(int timeout_ms);

  UniqueFd master_;
  pid_t id_ = -1;
  std::string screen_;
};

/// Runs the program where no terminal is, not even one that it could open by name.
[[nodiscard]] integration::Outcome run_without_terminal(integration::Command command);

}  // namespace skillrun::test
