#pragma once

#include <filesystem>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// Makes a folder, with those above it, that only this user enters: what is kept in it may be set-uid, or a device. One
/// that is there already becomes so.
[[nodiscard]] EngineResult<void> make_private_place(const std::filesystem::path& place);

}  // namespace skillrun::inline v0
