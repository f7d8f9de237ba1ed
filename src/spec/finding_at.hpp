#pragma once

#include <string>
#include <string_view>

#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// A finding about a value of a spec, placed where the value was declared. Without a place in the manifest (a policy's
/// default, an option) it has a field and no source. Of a caller's variable that looks like a secret the words say the
/// name in place of the value.
[[nodiscard]] Finding finding_at(const ContainerSpec& spec, const Origin& origin, std::string_view rule,
                                 Severity severity, std::string message, std::string remedy);

}  // namespace skillrun::inline v0
