#include <limits>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

std::expected<RestartPolicy, ParseError> parse_restart_policy(std::string_view text) {
  constexpr std::string_view expectation = "no, always, unless-stopped or on-failure[:RETRIES]";
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  if (text == "no" || text == "always" || text == "unless-stopped" || text == "on-failure") {
    return RestartPolicy{.name = std::string(text)};
  }
  constexpr std::string_view bounded = "on-failure:";
  const auto retries = text.starts_with(bounded) ? parse_decimal(text.substr(bounded.size()), most) : std::nullopt;
  if (!retries) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  return RestartPolicy{.name = "on-failure", .maximum_retries = static_cast<std::int64_t>(*retries)};
}

}  // namespace skillrun::inline v0
