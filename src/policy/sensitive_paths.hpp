#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace skillrun {

enum class Relation : std::uint8_t { same, below, above };

/// How a path lies to a sensitive one.
struct SensitiveMatch {
  std::string_view place;
  Relation relation;
};

/// The folders that are kept out unless a policy names others.
[[nodiscard]] std::span<const std::string_view> sensitive_places() noexcept;

/// The system folder that `path` is, lies in, or holds.
[[nodiscard]] std::optional<SensitiveMatch> find_sensitive_path(std::string_view path) noexcept;

/// The same among other places.
[[nodiscard]] std::optional<SensitiveMatch> find_sensitive_path(std::string_view path,
                                                                std::span<const std::string> places) noexcept;

/// True for the few files of system folders that containers commonly read and that tell no secret: time zone,
/// certificates, fonts. Only for read-only mounts.
[[nodiscard]] bool is_harmless_to_read(std::string_view path) noexcept;

}  // namespace skillrun
