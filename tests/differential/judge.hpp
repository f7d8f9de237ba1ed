#pragma once

#include <string>
#include <vector>

#include "canonical.hpp"

namespace differential {

/// Why a create request is not harmless, one text per reason; none when it is. Looks at the request alone, as an engine
/// reads it, and shares no code with skillrun's rules: it allows what is known to be harmless, and reports the rest.
[[nodiscard]] std::vector<std::string> harms(const json::object& request, const Places& places);

}  // namespace differential
