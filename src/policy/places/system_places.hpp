#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace skillrun::inline v0 {

enum class Relation : std::uint8_t { same, below, above };

/// How a path lies to a place that is kept out.
struct SystemMatch {
  std::string_view place;  ///< "/etc"; a part of the path where a pattern found it
  Relation relation;
};

/// The tree right below "/" that belongs to the system and that `path` is or lies in: all that the Filesystem Hierarchy
/// Standard and real distributions put there, but for what they leave to users (home, srv, mnt, media, tmp). "/" itself
/// is above all of them.
[[nodiscard]] std::optional<SystemMatch> find_system_place(std::string_view path) noexcept;

/// The same among places that a policy names.
[[nodiscard]] std::optional<SystemMatch> find_place_among(std::string_view path,
                                                          std::span<const std::string> places) noexcept;

/// Places of the system that are often links to a larger disk: what is kept out of them is kept out of where they lead.
[[nodiscard]] std::span<const std::string_view> movable_places() noexcept;

/// True for the few places of the system that containers commonly read and that tell no secret: time zone,
/// certificates, fonts. Only for read-only mounts.
[[nodiscard]] bool is_harmless_to_read(std::string_view path) noexcept;

}  // namespace skillrun::inline v0
