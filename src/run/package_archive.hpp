#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/process/process.hpp"

namespace skillrun::inline v0 {

/// The words for mmdebstrap that write a root file system with the recipe's packages to standard output. An error when
/// a suite or package is not a plain name: nothing of a manifest may become an option.
[[nodiscard]] EngineResult<std::vector<std::string>> mmdebstrap_words(const PackageRecipe& recipe);

/// A Dockerfile that makes the same from the suite's base image.
[[nodiscard]] EngineResult<std::string> package_dockerfile(const PackageRecipe& recipe);

/// The archive that mmdebstrap writes, piece by piece. Its end is told only after mmdebstrap has ended well; when it
/// has failed, there is an error instead, with its last words, so that half a file system never becomes an image.
class PackageArchive {
 public:
  [[nodiscard]] static EngineResult<PackageArchive> open(const std::string& mmdebstrap, const PackageRecipe& recipe,
                                                         ProgressSink progress, CallLimits limits);
  PackageArchive(PackageArchive&&) noexcept = default;
  PackageArchive& operator=(PackageArchive&&) = delete;
  PackageArchive(const PackageArchive&) = delete;
  PackageArchive& operator=(const PackageArchive&) = delete;
  ~PackageArchive();

  [[nodiscard]] EngineResult<std::string> next();

 private:
  PackageArchive(Process process, UniqueFd output, UniqueFd error, ProgressSink progress, CallLimits limits);

  [[nodiscard]] EngineResult<void> await_bytes();
  void read_words();
  [[nodiscard]] EngineResult<std::string> conclude();

  std::unique_ptr<Process> process_;
  UniqueFd output_;
  UniqueFd error_;
  ProgressSink progress_;
  CallLimits limits_;
  std::chrono::steady_clock::time_point deadline_;
  std::string words_;  ///< the end of what mmdebstrap said
  std::size_t line_begin_ = 0;
};

}  // namespace skillrun::inline v0
