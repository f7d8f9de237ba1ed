#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True for a variable that hands out cards by itself where its maker's OCI runtime is the engine's default:
/// NVIDIA_VISIBLE_DEVICES, AMD_VISIBLE_DEVICES, HABANA_VISIBLE_DEVICES, ... Most images that are made for cards have
/// one.
constexpr bool hands_out_devices(std::string_view name) noexcept { return name.ends_with("_VISIBLE_DEVICES"); }

/// True for a value with which none of them hands out anything.
constexpr bool is_no_device(std::string_view value) noexcept {
  return value.empty() || value == "void" || value == "none";
}

}  // namespace skillrun::inline v0
