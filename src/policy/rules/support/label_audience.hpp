#pragma once

#include <cstdint>
#include <string_view>

#include <skillrun/grant.hpp>

namespace skillrun::inline v0 {

/// Who reads a label of a container.
enum class LabelAudience : std::uint8_t {
  people,    ///< it only describes
  programs,  ///< programs of a machine are known to obey it
  unknown,
};

/// The one place that decides, for labels of manifests and of images.
[[nodiscard]] LabelAudience audience_of_label(std::string_view key) noexcept;

/// The rules that ask for labels of programs and for unknown ones.
inline constexpr std::string_view obeyed_label_rule = "obeyed-label";
inline constexpr std::string_view unknown_label_rule = "unknown-label";

[[nodiscard]] Ask ask_for_label(std::string_view key, std::string_view value);

}  // namespace skillrun::inline v0
