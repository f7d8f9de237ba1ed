#pragma once

#include <chrono>
#include <cstddef>

#include "cli/global_options.hpp"
#include "cli/progress_view.hpp"

namespace skillrun::cli {

/// Progress of pulls and builds on standard error: drawn over itself on a terminal; otherwise, and under -v, a line of
/// the log for each step.
class Progress {
 public:
  explicit Progress(const GlobalOptions& options);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }
  void take(const ProgressEvent& event);
  /// Takes everything off the terminal.
  void clear();

 private:
  void draw();

  bool draws_;
  ProgressView view_;
  std::size_t drawn_lines_ = 0;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace skillrun::cli
