#pragma once

#include <optional>
#include <string_view>

#include "support/lifetime.hpp"

namespace skillrun::inline v0 {

/// The secret of a home (".ssh", ".config/gcloud") that `path` is, lies in, or holds, whoever's home it is in.
[[nodiscard]] std::optional<std::string_view> find_home_secret(std::string_view path) noexcept;

/// Likewise what a user's shell, desktop or tools run: start-up files, folders of programs, hooks.
[[nodiscard]] std::optional<std::string_view> find_home_program(std::string_view path) noexcept;

/// The entry of `home` that begins with a dot and that `path` is or lies in (".config"); empty when there is none.
[[nodiscard]] std::string_view dot_entry(std::string_view path SKILLRUN_VIEWED, std::string_view home) noexcept;
void dot_entry(ExpiringString auto&& path, std::string_view home) = delete;

/// True below the few entries with a dot that hold neither secrets nor settings: fonts, and caches of packages. Only
/// for read-only mounts, because the caller's own tools run what is in such caches.
[[nodiscard]] bool is_harmless_dot_entry(std::string_view path, std::string_view home) noexcept;

/// The home that `path` is in by the usual places (/home/NAME, /Users/NAME, ...); empty when it is in none.
[[nodiscard]] std::string_view usual_home(std::string_view path SKILLRUN_VIEWED) noexcept;
void usual_home(ExpiringString auto&& path) = delete;

/// True when a file of this name is a key or a store of keys (id_ed25519, x.kdbx), whatever it holds.
[[nodiscard]] bool is_key_name(std::string_view name) noexcept;

/// True when a file of this name may hold a private key beside other things (x.pem): its text tells.
[[nodiscard]] bool may_be_key(std::string_view name) noexcept;

/// True when a folder with an entry of this name is somebody's home or a copy of one (.ssh, .gnupg).
[[nodiscard]] bool marks_home(std::string_view name) noexcept;

/// True when `path` is somebody's home in one of the usual places, or a folder that holds homes.
[[nodiscard]] bool is_whole_home(std::string_view path) noexcept;

}  // namespace skillrun::inline v0
