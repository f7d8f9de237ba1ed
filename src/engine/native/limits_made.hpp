#pragma once

#include <string>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// Puts into `made` what the control groups of a container say that it may use, in place of what was asked for. What is
/// not limited is nothing. `path`: of the control group, as its config.json names it.
void read_limits_made(const std::string& path, const ContainerSpec& asked, ContainerSpec& made);

}  // namespace skillrun::inline v0
