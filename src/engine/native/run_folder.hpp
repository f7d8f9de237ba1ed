#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/containers.hpp>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// The folder of one container below the runtime folder: its bundle, what it is called by and whose it is. While it
/// belongs to a process that lives, it is locked.
class RunFolder {
 public:
  /// What is noted of a container for whoever finds its folder.
  struct Note {
    std::string id;
    std::string name;  ///< that the spec gives it; may be empty
    std::vector<std::pair<std::string, std::string>> labels;
    std::string disk;    ///< the folder of what it writes
    std::string cgroup;  ///< as its config.json names it
  };

  /// A new one in `place`, which is made where it is missing: a folder that only this user can enter.
  [[nodiscard]] static EngineResult<RunFolder> make(const std::string& place, const Note& note);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The path of something in it.
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + '/' + std::string(name); }

 private:
  RunFolder(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
};

/// A folder that was found.
struct FoundRun {
  std::string path;
  RunFolder::Note note;
  bool alive = false;  ///< it belongs to a process that lives
};

[[nodiscard]] std::vector<FoundRun> find_run_folders(const std::string& place);

/// Removes what a container left whose keeper was killed: its control groups, its disk and its folder. The error says
/// what could not be removed. Success where there is nothing (any more).
[[nodiscard]] EngineResult<void> remove_remains(const FoundRun& run);

}  // namespace skillrun::inline v0
