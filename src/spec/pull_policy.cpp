#include <fmt/core.h>

#include "spec/scan.hpp"

namespace skillrun {

std::expected<PullPolicy, ParseError> parse_pull_policy(std::string_view text) {
  if (text == "missing") return PullPolicy::missing;
  if (text == "always") return PullPolicy::always;
  if (text == "never") return PullPolicy::never;
  return refuse(fmt::format("expected missing, always or never, found {}", quoted(text)));
}

}  // namespace skillrun
