#pragma once

#include <span>
#include <string>
#include <string_view>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// The expanded text with "${NAME}" where a secret of the caller's stands: by its name, unless the value is a switch or
/// a path, or by its shape.
[[nodiscard]] std::string with_names_of_secrets(std::string expanded, std::span<const Expansion> expansions);

/// The words with "${NAME}" in place of every value that is a secret of the caller's anywhere in the spec: for messages
/// and single values, never for a document, whose syntax it would break. What has less than four characters would be
/// found by chance, and stays.
[[nodiscard]] std::string without_secrets(const ContainerSpec& spec, std::string words);

}  // namespace skillrun::inline v0
