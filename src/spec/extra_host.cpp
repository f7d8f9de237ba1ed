#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

std::expected<ExtraHost, ParseError> parse_extra_host(std::string_view text) {
  constexpr std::string_view expectation = "a host and its address such as db:10.0.0.5 or host:host-gateway";
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  // A colon may be a part of the address, so that an equals sign divides first.
  const std::size_t equals = text.find('=');
  const std::size_t divider = equals == std::string_view::npos ? text.find(':') : equals;
  if (divider == std::string_view::npos) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  const std::string_view host = text.substr(0, divider);
  std::string address(text.substr(divider + 1));
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (!is_engine_name(host)) {
    return refuse(
        fmt::format("expected {}, found {}, which is not a host name, in {}", expectation, quoted(host), quoted(text)));
  }
  if (address != "host-gateway" && !is_ipv4_address(address) && !is_ipv6_address(address)) {
    return refuse(fmt::format("expected {}, found {}, which is not an address, in {}", expectation, quoted(address),
                              quoted(text)));
  }
  return ExtraHost{std::string(host), std::move(address)};
}

}  // namespace skillrun::inline v0
