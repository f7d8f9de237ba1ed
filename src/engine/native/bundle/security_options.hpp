#pragma once

#include <optional>
#include <string_view>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// One security option as docker reads it: NAME=VALUE, or NAME:VALUE where it has no "=".
struct SecurityOption {
  enum class Kind : std::uint8_t {
    seccomp_unconfined,
    seccomp_builtin,
    seccomp_profile,  ///< `value`: its text
    seccomp_file,     ///< a profile that nobody has read: a path
    apparmor,         ///< `value`: the profile, or unconfined
    label_disabled,
    label,
    system_paths_unconfined,
    cgroups_read_only,
    unknown,
  };
  Kind kind = Kind::unknown;
  std::string_view value;
};

/// A view of the option.
[[nodiscard]] SecurityOption read_security_option(const Setting<std::string>& option);

/// The last of these kinds, as the last one of a name counts; nothing: there is none.
[[nodiscard]] std::optional<SecurityOption> last_seccomp_option(const SettingList<std::string>& options);
[[nodiscard]] std::optional<SecurityOption> last_apparmor_option(const SettingList<std::string>& options);

/// True where docker would hide nothing of /proc and /sys.
[[nodiscard]] bool has_open_system_paths(const SettingList<std::string>& options);

}  // namespace skillrun::inline v0
