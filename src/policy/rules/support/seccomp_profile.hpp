#pragma once

#include <optional>
#include <string_view>

#include "support/lifetime.hpp"

namespace skillrun::inline v0 {

/// The profile that a security option sets: the path of a file as docker's client would read it, or, once the file was
/// read, its text. Nothing for any other option, and for the words unconfined and builtin.
[[nodiscard]] std::optional<std::string_view> seccomp_profile(std::string_view option SKILLRUN_VIEWED) noexcept;
void seccomp_profile(ExpiringString auto&& option) = delete;

/// True for the text of a profile, false for a path.
[[nodiscard]] bool is_profile_text(std::string_view profile) noexcept;

/// True when a system call that the profile does not name is denied (seccomp's defaultAction), and only then: false
/// also for what is not a profile at all.
[[nodiscard]] bool denies_by_default(std::string_view profile_text);

}  // namespace skillrun::inline v0
