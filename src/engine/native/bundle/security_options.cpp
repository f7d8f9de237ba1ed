#include "engine/native/bundle/security_options.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "policy/rules/support/seccomp_profile.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = SecurityOption::Kind;

/// Go's words for false.
constexpr std::array<std::string_view, 6> falsehoods{"0", "f", "F", "FALSE", "false", "False"};

std::optional<SecurityOption> last_of(const SettingList<std::string>& options, std::initializer_list<Kind> kinds) {
  for (auto entry = options.rbegin(); entry != options.rend(); ++entry) {
    const SecurityOption option = read_security_option(*entry);
    if (std::ranges::find(kinds, option.kind) != kinds.end()) return option;
  }
  return std::nullopt;
}

}  // namespace

SecurityOption read_security_option(const Setting<std::string>& option) {
  const std::string_view text = option.value;
  const std::size_t equals = text.find('=');
  const std::size_t separator = equals == std::string_view::npos ? text.find(':') : equals;
  if (separator == std::string_view::npos) return {};
  const std::string_view name = text.substr(0, separator);
  const std::string_view value = text.substr(separator + 1);
  if (name == "seccomp" && !value.empty()) {
    if (value == "unconfined") return {Kind::seccomp_unconfined, value};
    if (value == "builtin") return {Kind::seccomp_builtin, value};
    return {is_profile_text(value) ? Kind::seccomp_profile : Kind::seccomp_file, value};
  }
  if (name == "apparmor" && !value.empty()) return {Kind::apparmor, value};
  if (name == "label" && !value.empty()) return {value == "disable" ? Kind::label_disabled : Kind::label, value};
  if (text == "systempaths=unconfined") return {Kind::system_paths_unconfined, value};
  if (name == "writable-cgroups" && std::ranges::find(falsehoods, value) != falsehoods.end()) {
    return {Kind::cgroups_read_only, value};
  }
  return {};
}

std::optional<SecurityOption> last_seccomp_option(const SettingList<std::string>& options) {
  return last_of(options, {Kind::seccomp_unconfined, Kind::seccomp_builtin, Kind::seccomp_profile, Kind::seccomp_file});
}

std::optional<SecurityOption> last_apparmor_option(const SettingList<std::string>& options) {
  return last_of(options, {Kind::apparmor});
}

bool has_open_system_paths(const SettingList<std::string>& options) {
  return last_of(options, {Kind::system_paths_unconfined}).has_value();
}

}  // namespace skillrun::inline v0
