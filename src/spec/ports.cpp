#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a port such as 8080:80, 127.0.0.1:8080:80/tcp or 53/udp";
constexpr std::uint32_t most_ports = 1024;

struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  [[nodiscard]] std::uint32_t count() const { return last - first + 1; }
};

std::optional<Range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_decimal(text.substr(0, dash), 65535);
  const auto last = dash == std::string_view::npos ? first : parse_decimal(text.substr(dash + 1), 65535);
  if (!first || !last || *first == 0 || *last < *first) return std::nullopt;
  return Range{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
}

/// Takes the address before a port; nothing when it is none. IPv6 is only read in brackets.
std::optional<std::string> parse_host_address(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    std::string address(text.substr(1, text.size() - 2));
    if (is_ipv6_address(address)) return address;
    return std::nullopt;
  }
  std::string address(text);
  if (is_ipv4_address(address)) return address;
  return std::nullopt;
}

/// docker's long form, which it splits at commas without any quoting, as the short one. It drops keys that it does not
/// know without a word; here they are refused.
std::expected<std::string, ParseError> short_form(std::string_view text) {
  std::optional<std::string_view> published;
  std::optional<std::string_view> target;
  std::optional<std::string_view> protocol;
  for (const std::string_view field : split(text, ',')) {
    const std::size_t equals = field.find('=');
    const std::string_view key = field.substr(0, equals);
    auto* slot = key == "published" ? &published : key == "target" ? &target : key == "protocol" ? &protocol : nullptr;
    if (slot == nullptr || equals == std::string_view::npos || slot->has_value()) {
      return refuse(fmt::format("expected published=, target= and protocol=, each once, found {} in {}", quoted(field),
                                quoted(text)));
    }
    *slot = field.substr(equals + 1);
  }
  if (!target) return refuse(fmt::format("expected target= in {}", quoted(text)));
  const std::string container = fmt::format("{}/{}", *target, protocol.value_or("tcp"));
  return published ? fmt::format("{}:{}", *published, container) : container;
}

}  // namespace

std::expected<std::vector<PortMapping>, ParseError> parse_ports(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  if (text.contains('=')) {
    const auto brief = short_form(text);
    if (!brief) return std::unexpected(brief.error());
    if (brief->contains('=')) return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
    return parse_ports(*brief);
  }
  const auto wrong = [text](std::string_view why) {
    return refuse(fmt::format("expected {}, found {}: {}", expectation, quoted(text), why));
  };
  PortMapping model;
  std::string_view rest = text;
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    model.protocol = to_lower(rest.substr(slash + 1));
    if (model.protocol != "tcp" && model.protocol != "udp" && model.protocol != "sctp") {
      return wrong("the protocol is tcp, udp or sctp");
    }
    rest = rest.substr(0, slash);
  }

  const std::size_t last_colon = rest.rfind(':');
  const auto container = parse_range(last_colon == std::string_view::npos ? rest : rest.substr(last_colon + 1));
  if (!container) return wrong("the container's port is a number from 1 to 65535, or a range of them");
  if (container->count() > most_ports) return wrong(fmt::format("a range holds at most {} ports", most_ports));

  std::optional<Range> host;
  if (last_colon != std::string_view::npos) {
    const std::string_view before = rest.substr(0, last_colon);
    const std::size_t colon = before.rfind(':');
    const bool has_address = colon != std::string_view::npos;
    const std::string_view port = has_address ? before.substr(colon + 1) : before;
    if (has_address) {
      auto address = parse_host_address(before.substr(0, colon));
      if (!address) return wrong("the address is IPv4, or IPv6 in brackets");
      model.host_ip = std::move(*address);
    } else if (port.empty()) {
      return wrong("nothing stands before the colon");
    }
    if (!port.empty()) {
      host = parse_range(port);
      if (!host) return wrong("the host's port is a number from 1 to 65535, or a range of them");
      if (host->count() != container->count()) return wrong("both ranges need the same length");
    }
  }

  std::vector<PortMapping> mappings;
  mappings.reserve(container->count());
  for (std::uint32_t offset = 0; offset < container->count(); ++offset) {
    PortMapping mapping = model;
    mapping.container_port = static_cast<std::uint16_t>(container->first + offset);
    if (host) mapping.host_port = static_cast<std::uint16_t>(host->first + offset);
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

}  // namespace skillrun::inline v0
