#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/normalize.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::app {

/// What a caller names of the world: the rest is found where this machine, its user and the project keep it.
struct Selection {
  std::vector<std::string> manifests;  ///< looked at before all others
  std::vector<std::string> policies;   ///< built-in names or files, over those that are found
  std::string engine = "auto";
};

/// Which skill is meant, and how this once.
struct SkillRequest {
  std::string skill;
  std::optional<std::string> instance;
  std::string workdir;  ///< what SKILL_WORKDIR stands for; empty: the working directory
  RunOverrides overrides;
  std::vector<std::string> allow_mounts;  ///< PATH[:ro|:rw]
  std::vector<std::string> commands;      ///< that SKILL may be a slip for, should there be no such skill
};

/// What was ignored on the way, and why: sentences for people. Every use case adds to what it is given, also when it
/// fails.
using Warnings = std::vector<std::string>;

/// SKILL or SKILL@INSTANCE, of what has both.
template <class Subject>
[[nodiscard]] std::string name_of(const Subject& subject) {
  return subject.instance ? subject.skill + "@" + *subject.instance : subject.skill;
}

}  // namespace skillrun::app
