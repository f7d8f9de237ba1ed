#pragma once

#include <string_view>

namespace skillrun::inline v0 {

/// True when a variable of this name holds a secret by convention (DB_PASSWORD, API_TOKEN), but not when it says where
/// one is kept (TOKEN_FILE) or describes one (PASSWORD_LENGTH).
[[nodiscard]] bool is_secret_name(std::string_view name) noexcept;

/// True when the text looks like a token, a private key or a cloud key id, whatever it is called.
[[nodiscard]] bool has_secret_shape(std::string_view value) noexcept;

/// True when the variable holds a secret by its name and what it holds: a DSN does unless it is an open URL, and what
/// is called AUTH unless it is one or a way to authenticate (basic, none).
[[nodiscard]] bool is_secret(std::string_view name, std::string_view value) noexcept;

/// The same, and true also for a DSN that surely is none: for what is not shown, where hiding too much costs nothing.
[[nodiscard]] bool may_be_secret(std::string_view name, std::string_view value) noexcept;

/// True when the value of a variable with a secret's name is no secret after all: empty, a switch, or a file's path.
[[nodiscard]] bool is_plain_value(std::string_view value) noexcept;

}  // namespace skillrun::inline v0
