#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

std::expected<PullPolicy, ParseError> parse_pull_policy(std::string_view text) {
  if (text == "missing") return PullPolicy::missing;
  if (text == "always") return PullPolicy::always;
  if (text == "never") return PullPolicy::never;
  return refuse(fmt::format("expected missing, always or never, found {}", quoted(text)));
}

}  // namespace skillrun::inline v0
