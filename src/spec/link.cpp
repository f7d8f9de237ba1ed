#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

std::expected<Link, ParseError> parse_link(std::string_view text) {
  constexpr std::string_view expectation = "a container and its alias such as database:db";
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const std::size_t colon = text.find(':');
  const std::string_view container = text.substr(0, colon);
  const std::string_view alias = colon == std::string_view::npos ? container : text.substr(colon + 1);
  if (!is_engine_name(container) || !is_engine_name(alias)) {
    return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  }
  return Link{.container = std::string(container), .alias = std::string(alias)};
}

}  // namespace skillrun::inline v0
