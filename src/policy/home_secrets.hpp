#pragma once

#include <optional>
#include <string_view>

namespace skillrun {

/// The secret of a home (".ssh", ".config/gcloud") that `path` is, lies in, or holds, whoever's home it is in.
[[nodiscard]] std::optional<std::string_view> find_home_secret(std::string_view path) noexcept;

/// Likewise what a user's shell, desktop or tools run: start-up files, folders of programs, hooks.
[[nodiscard]] std::optional<std::string_view> find_home_program(std::string_view path) noexcept;

/// True when `path` is somebody's home in one of the usual places, or a folder that holds homes.
[[nodiscard]] bool is_whole_home(std::string_view path) noexcept;

}  // namespace skillrun
