#pragma once

#include <expected>
#include <memory>

#include <skillrun/policy.hpp>
#include <skillrun/run.hpp>

#include "app/selection.hpp"

namespace skillrun::app {

/// The policy in force: the layers of this machine, user and project, and those that the caller names. A policy that
/// cannot be read, is not valid, or that a skill could have written refuses.
[[nodiscard]] std::expected<std::shared_ptr<const Policy>, RunResult> load_policy(const Selection& selection,
                                                                                  Warnings& warnings);

}  // namespace skillrun::app
