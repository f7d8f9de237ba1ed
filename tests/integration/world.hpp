#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process.hpp"
#include "support/json.hpp"

namespace integration {

/// One of the ways to a container: an engine and how skillrun talks to it.
struct EnginePath {
  std::string name;       ///< "docker-api", "docker-cli", "podman-api", "podman-cli", "native-crun" or "native-runc"
  std::string selection;  ///< for --engine
  std::string program;    ///< "docker" or "podman": the engine's own client, to look behind skillrun's back; "native"

  [[nodiscard]] bool is_api() const { return name.ends_with("-api"); }
  [[nodiscard]] bool is_client() const { return name.ends_with("-cli"); }
  [[nodiscard]] bool is_podman() const { return program == "podman"; }
  [[nodiscard]] bool is_native() const { return program == "native"; }
};

/// The path under test. Set once by main.
[[nodiscard]] const EnginePath& engine_path();

/// Chooses the path by name; the reason why it cannot be tested here, if any.
[[nodiscard]] std::optional<std::string> choose_engine_path(const std::string& name);

/// The line of a skill manifest that most cases start from: a busybox with limits and no more.
[[nodiscard]] std::string busybox_skill(const std::string& more_lines = {}, const std::string& image = {});

/// A fresh place for one case: an empty home, a working directory, a manifest. When it is over, the engine must hold no
/// container, whatever happened.
class World {
 public:
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// Replaces the manifest. `text` is a whole manifest in TOML.
  void manifest(const std::string& text) const;
  /// The command line `skillrun --engine ... -m MANIFEST WORDS...` in the working directory.
  [[nodiscard]] Command command(const std::vector<std::string>& words) const;
  [[nodiscard]] Outcome skillrun(const std::vector<std::string>& words, const std::string& input = {}) const;
  /// Runs a script with the busybox's shell: `skillrun t OPTIONS -- sh -c SCRIPT`.
  [[nodiscard]] Outcome script(const std::string& script, const std::vector<std::string>& options = {},
                               const std::string& input = {}) const;
  /// The same, and the document of --result-file.
  struct Result {
    Outcome outcome;
    skillrun::json::object document;
    [[nodiscard]] std::string status() const;
  };
  [[nodiscard]] Result result_of(const std::vector<std::string>& words, const std::string& input = {}) const;

  [[nodiscard]] const std::filesystem::path& work() const noexcept { return work_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path work_;
};

/// The engine's containers, running or not, by id.
[[nodiscard]] std::vector<std::string> containers();

/// Starts the engine's own client and gives its standard output. The native engine has none: a script stands in for it,
/// which knows some of docker's commands and fails for the others.
[[nodiscard]] Outcome engine_client(const std::vector<std::string>& words);

[[nodiscard]] bool contains(std::string_view text, std::string_view part);

}  // namespace integration
