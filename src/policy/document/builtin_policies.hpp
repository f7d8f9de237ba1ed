#pragma once

#include <span>
#include <string_view>

namespace skillrun::inline v0 {

/// The text of a policy document that is compiled in.
struct BuiltinPolicy {
  std::string_view name;
  std::string_view text;
};

/// Every file of policies/, sorted by name.
[[nodiscard]] std::span<const BuiltinPolicy> builtin_policies();

}  // namespace skillrun::inline v0
