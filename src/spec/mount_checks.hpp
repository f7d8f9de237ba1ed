#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// A volume's name by the grammar of the local driver: [a-zA-Z0-9][a-zA-Z0-9_.-]+.
[[nodiscard]] bool is_volume_name(std::string_view text) noexcept;

/// The name of a volume or log driver, a plugin's included: "local", "vieux/sshfs:latest".
[[nodiscard]] bool is_driver_name(std::string_view text) noexcept;

/// private, rprivate, shared, rshared, slave or rslave, exactly.
[[nodiscard]] std::optional<Propagation> find_propagation(std::string_view word) noexcept;

}  // namespace skillrun::inline v0
