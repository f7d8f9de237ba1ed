#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun::app {

/// Where policies of layers may lie.
struct PolicyPlaces {
  std::string system_folder;    ///< /etc/skillrun
  std::string user_folder;      ///< $XDG_CONFIG_HOME/skillrun; empty: none
  std::string start_directory;  ///< the project search walks up from here; empty: none
  std::uint32_t uid = 0;        ///< the caller: project files of others are ignored
};

/// Policies that were found and read, the lowest layer first.
struct FoundPolicies {
  std::vector<PolicyInput> inputs;
  std::vector<std::string> warnings;  ///< what was ignored and why
  std::vector<std::string> projects;  ///< the folders whose .skillrun holds a policy
};

/// Reads the layers' policy.yaml (or policy.yml) and the policies that the caller names, each a built-in name or a
/// file. A policy that is there and cannot be read is an error: nothing falls back to a weaker one.
[[nodiscard]] std::expected<FoundPolicies, std::string> find_policies(const PolicyPlaces& places,
                                                                      const std::vector<std::string>& named);

/// The text of one policy file, or why it cannot be had, as half a sentence.
[[nodiscard]] std::expected<SourcePtr, std::string> read_policy_file(const std::string& path);

/// Reads what `extends` names from this machine's file system. What lies in one of the `projects` by its path must lie
/// there by every link, too.
class LocalPolicyFiles final : public PolicyFiles {
 public:
  explicit LocalPolicyFiles(std::vector<std::string> projects = {}) : projects_(std::move(projects)) {}

  [[nodiscard]] std::expected<SourcePtr, std::string> read(const std::string& path) const override;

 private:
  std::vector<std::string> projects_;
};

}  // namespace skillrun::app
