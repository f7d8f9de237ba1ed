#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

std::expected<std::vector<std::string>, ParseError> parse_exposed_ports(std::string_view text) {
  constexpr std::string_view expectation = "a port such as 80, 53/udp or 8000-8003/tcp";
  constexpr std::uint64_t most_ports = 1000;
  constexpr std::uint64_t last_port = 65535;
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const std::size_t slash = text.find('/');
  const std::string_view protocol = slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
  const std::string_view range = text.substr(0, slash);
  const std::size_t dash = range.find('-');
  const auto first = parse_decimal(range.substr(0, dash), last_port);
  const auto last = dash == std::string_view::npos ? first : parse_decimal(range.substr(dash + 1), last_port);
  const bool known = protocol == "tcp" || protocol == "udp" || protocol == "sctp";
  if (!known || !first || !last || *first == 0 || *last < *first || *last - *first >= most_ports) {
    return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
  }
  std::vector<std::string> ports;
  for (std::uint64_t port = *first; port <= *last; ++port) ports.push_back(fmt::format("{}/{}", port, protocol));
  return ports;
}

}  // namespace skillrun::inline v0
