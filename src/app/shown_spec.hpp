#pragma once

#include <skillrun/spec.hpp>

namespace skillrun::app {

/// What stands in the place of a value that is not shown.
inline constexpr std::string_view hidden_value = "***";

/// The spec for people, logs and bug reports: values that came from the caller's environment, and those that are
/// secrets by their name or shape, are hidden in every text. To be shown, never run.
[[nodiscard]] ContainerSpec shown_spec(const ContainerSpec& spec);

}  // namespace skillrun::app
