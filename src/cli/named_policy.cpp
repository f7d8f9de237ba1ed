#include "cli/named_policy.hpp"

#include <utility>

#include <fmt/format.h>

#include "app/policy_files.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

RunResult unreadable_policy(const std::string& path, const std::string& why) {
  RunResult failure;
  failure.outcome = outcome::Failed{RunFailure::invalid_manifest};
  failure.message = fmt::format("the policy '{}' cannot be read: {}", printable(path), why);
  return failure;
}

RunResult invalid_policy(const std::string& path, Findings findings) {
  RunResult failure;
  failure.outcome = outcome::Failed{RunFailure::invalid_manifest};
  failure.message = fmt::format("the policy '{}' is not valid", printable(path));
  failure.findings = std::move(findings);
  return failure;
}

std::expected<std::shared_ptr<const Policy>, RunResult> load_named_policy(const std::string& name) {
  if (auto builtin = Policy::builtin(name)) return builtin;
  const auto source = app::read_policy_file(name);
  if (!source) {
    return std::unexpected(
        unreadable_policy(name, source.error() + "; the built-in ones are baseline, restricted and privileged"));
  }
  const app::LocalPolicyFiles files;
  auto policy = Policy::parse(*source, &files);
  if (!policy) return std::unexpected(invalid_policy(name, std::move(policy.error())));
  return std::move(*policy);
}

}  // namespace skillrun::cli
