#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// Where this user's skillrun may keep `name`, the best place first: below the state folder, which outlives a restart
/// as containers do, and below the runtime folder. Only folders of this user count: what sudo leaves in HOME is not to
/// be filled with root's files. Neither place needs to be there yet.
[[nodiscard]] std::vector<std::string> own_state_places(std::string_view name);

/// Opens a folder that nobody else can look into or change. The error says of the path what is wrong with it.
[[nodiscard]] std::expected<UniqueFd, std::string> open_private_folder(const std::string& path);

/// The same, made where it is missing, with the folders above it.
[[nodiscard]] std::expected<UniqueFd, std::string> make_private_folder(const std::string& path);

}  // namespace skillrun::inline v0
