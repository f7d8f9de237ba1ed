#pragma once

#include <string>

#include "cli/options.hpp"

namespace skillrun::cli {

/// Progress of pulls and builds: one line that is overwritten on a terminal, log lines under -v otherwise.
class Progress {
 public:
  explicit Progress(const GlobalOptions& options);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }
  void line(const std::string& text);
  /// Takes the line off the terminal.
  void clear();

 private:
  bool draws_;
  bool drawn_ = false;
};

}  // namespace skillrun::cli
