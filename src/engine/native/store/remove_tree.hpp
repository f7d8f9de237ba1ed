#pragma once

#include <cstdint>
#include <string>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// Removes the entry `name` of a folder, with everything in it where it is a folder. Follows no link and enters no
/// other file system. That it is not there is success.
[[nodiscard]] EngineResult<void> remove_tree(int folder, const std::string& name);

/// The bytes that a tree takes on its file system; each file counts once, whatever it is called.
[[nodiscard]] EngineResult<std::uint64_t> tree_bytes(int folder, const std::string& name);

}  // namespace skillrun::inline v0
