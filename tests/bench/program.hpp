#pragma once

#include <string>
#include <vector>

/// The environment's variable. Throws std::runtime_error when it is not set.
[[nodiscard]] std::string variable(const char* name);

/// A skill manifest in a temporary file: one skill `t` of a busybox with limits.
class BenchManifest {
 public:
  explicit BenchManifest(const std::string& image);
  BenchManifest(const BenchManifest&) = delete;
  BenchManifest& operator=(const BenchManifest&) = delete;
  ~BenchManifest();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// A child process. -1 stands for /dev/null. Throws std::runtime_error when it cannot be started.
class Program {
 public:
  Program(std::vector<std::string> words, int input, int output);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  /// Waits for its end; the most memory that it had, in KiB. Throws std::runtime_error unless it ended with 0.
  long finish();

 private:
  std::string name_;
  int child_ = -1;
};
