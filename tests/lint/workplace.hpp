#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "integration/process.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

/// A user's machine for one case: a home, and a repository that is the working directory.
class Workplace {
 public:
  Workplace() {
    for (const char* folder : {"home", "repository/.git"})
      std::filesystem::create_directories(at("../" + std::string(folder)));
  }

  /// A path in the repository.
  [[nodiscard]] std::filesystem::path at(const std::string& name) const {
    return std::filesystem::path(folder_.path()) / "repository" / name;
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(at(name).parent_path());
    integration::write_file(at(name), text);
  }
  [[nodiscard]] std::string read(const std::string& name) const { return integration::read_file(at(name)); }

  /// `program... skillrun words...` in the repository; `words` begin with global options or the command.
  [[nodiscard]] integration::Command command(std::vector<std::string> words,
                                             std::vector<std::string> program = {}) const {
    program.emplace_back(SKILLRUN_PROGRAM);
    program.insert(program.end(), words.begin(), words.end());
    return {.argv = std::move(program),
            .environment = {{"HOME", folder_.path() + "/home"}, {"XDG_CONFIG_HOME", folder_.path() + "/home/.config"}},
            .unset = {"NO_COLOR", "SKILLRUN_COLOR", "SKILLRUN_POLICY", "SKILLRUN_LOG_FILE", "SKILLRUN_LOG_FORMAT"},
            .directory = at("")};
  }
  /// The same for a user whom permissions bind, which they do not bind root.
  [[nodiscard]] integration::Command command_of_user(std::vector<std::string> words) const {
    if (::geteuid() != 0) return command(std::move(words));
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    return command(std::move(words), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  }
  [[nodiscard]] integration::Outcome skillrun(std::vector<std::string> words) const {
    return integration::run(command(std::move(words)));
  }
  [[nodiscard]] integration::Outcome lint(std::vector<std::string> words) const {
    words.insert(words.begin(), "lint");
    return skillrun(std::move(words));
  }

 private:
  TemporaryFolder folder_;
};

/// A skill about which the baseline policy has nothing to say, with more lines in its docker table.
inline std::string skill(const std::string& lines = {}, const std::string& name = "tool") {
  return "[skills." + name + ".docker]\nimage = \"debian:12@sha256:" + std::string(64, 'a') +
         "\"\nmemory = \"64m\"\ncpus = \"1\"\npids_limit = 64\ntimeout = \"1m\"\nuser = \"1000:1000\"\n"
         "security_opt = [\"no-new-privileges\"]\n" +
         lines;
}

inline const std::string privileged = "extra_args = [\"--privileged\"]\n";
inline const std::string warned = "ports = [\"8080:80\"]\n";

inline const std::vector<std::string> every_format = {"text",   "json",  "sarif",      "github",
                                                      "gitlab", "junit", "checkstyle", "html"};

}  // namespace skillrun::test
