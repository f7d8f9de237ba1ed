#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <skillrun/declaration.hpp>

namespace skillrun::inline v0 {

/// What a manifest's variables may name: the built-in ones (is_built_in_variable), which nothing can override, then the
/// environment.
class SkillVariables final : public VariableSource {
 public:
  SkillVariables(const CallerContext& caller, std::string_view skill, std::string_view folder,
                 const VariableSource& environment)
      : environment_(environment),
        built_in_{{"SKILL_WORKDIR", caller.workdir},
                  {"SKILL_NAME", std::string(skill)},
                  {"SKILL_DIR", std::string(folder)},
                  {"HOME", caller.home},
                  {"UID", fmt::format("{}", caller.uid)},
                  {"GID", fmt::format("{}", caller.gid)},
                  {"PWD", caller.cwd}} {}

  [[nodiscard]] std::optional<std::string> lookup(std::string_view name) const override {
    const auto found = built_in_.find(name);
    if (found == built_in_.end()) return environment_.lookup(name);
    if (found->second.empty()) return std::nullopt;
    return found->second;
  }

 private:
  const VariableSource& environment_;
  std::map<std::string, std::string, std::less<>> built_in_;
};

}  // namespace skillrun::inline v0
