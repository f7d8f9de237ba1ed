#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun {

/// The only way to make a Policy, and to read its severities by index.
struct PolicyBuilder {
  std::string name;
  std::vector<Severity> severities;  ///< one for every rule of the catalogue, in its order
  PolicyDefaults defaults;

  [[nodiscard]] std::shared_ptr<const Policy> build() &&;
  [[nodiscard]] static std::span<const Severity> severities_of(const Policy& policy) { return policy.severities_; }
};

/// The severities of a built-in policy: a column of the catalogue. `name` must be that of a built-in policy.
[[nodiscard]] std::vector<Severity> builtin_severities(std::string_view name);

/// Reads a policy document. `builtin` is set for the documents that are compiled in: only they may bear the name of a
/// built-in policy, and they take their severities from the catalogue.
[[nodiscard]] std::expected<std::shared_ptr<const Policy>, Findings> read_policy(SourcePtr source, bool builtin);

}  // namespace skillrun
