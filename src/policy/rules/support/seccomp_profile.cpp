#include "policy/rules/support/seccomp_profile.hpp"

#include <algorithm>

#include "support/json.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view denials[] = {"SCMP_ACT_ERRNO", "SCMP_ACT_TRAP", "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD",
                                        "SCMP_ACT_KILL_PROCESS"};

}  // namespace

std::optional<std::string_view> seccomp_profile(std::string_view option) noexcept {
  constexpr std::string_view name = "seccomp";
  if (!option.starts_with(name) || option.size() <= name.size() + 1) return std::nullopt;
  const char separator = option[name.size()];
  // Docker separates by the first "=", and by the first ":" only where there is no "=".
  if (separator != '=' && (separator != ':' || option.contains('='))) return std::nullopt;
  const std::string_view profile = option.substr(name.size() + 1);
  if (profile == "unconfined" || profile == "builtin") return std::nullopt;
  return profile;
}

bool is_profile_text(std::string_view profile) noexcept { return !profile.starts_with('/') && profile.contains('{'); }

bool denies_by_default(std::string_view profile_text) {
  boost::system::error_code error;
  const json::value profile = json::parse(profile_text, error);
  const auto* table = error ? nullptr : profile.if_object();
  const auto* action = table == nullptr ? nullptr : table->if_contains("defaultAction");
  const auto* word = action == nullptr ? nullptr : action->if_string();
  return word != nullptr && std::ranges::find(denials, std::string_view(*word)) != std::end(denials);
}

}  // namespace skillrun::inline v0
