#pragma once

#include <expected>
#include <memory>
#include <string>

#include <skillrun/policy.hpp>
#include <skillrun/run.hpp>

namespace skillrun::cli {

/// What is said of a policy that cannot be used.
[[nodiscard]] RunResult unreadable_policy(const std::string& path, const std::string& why);
[[nodiscard]] RunResult invalid_policy(const std::string& path, Findings findings);

/// The built-in policy or document of that name by itself: no layer of this machine takes part.
[[nodiscard]] std::expected<std::shared_ptr<const Policy>, RunResult> load_named_policy(const std::string& name);

}  // namespace skillrun::cli
