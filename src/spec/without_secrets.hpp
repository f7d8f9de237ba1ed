#pragma once

#include <string>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// The words with "${NAME}" in place of what a secret of the caller's became, wherever it stands in them, as it is, as
/// it is shown and as JSON has it: a log would keep it. Less than four characters are found by chance and stay.
[[nodiscard]] std::string without_secrets(const ContainerSpec& spec, std::string words);

}  // namespace skillrun::inline v0
