#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/csv.hpp"
#include "spec/path.hpp"
#include "spec/scan.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a network such as none, bridge, host or a network's name";

bool is_word_byte(char byte) { return is_alnum(byte) || byte == '_'; }

/// Whether docker reads the text as CSV: a word byte on each side of an equals sign, anywhere.
bool is_csv(std::string_view text) {
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    if (at > 0 && at + 1 < text.size() && is_word_byte(text[at - 1]) && is_word_byte(text[at + 1])) return true;
  }
  return false;
}

/// What one engine or another takes for a way to connect, or for its default network, and not for a network that
/// somebody made. As the name of one, in whatever case, they would mean different things to different engines.
bool is_mode_of_some_engine(std::string_view name) {
  constexpr std::string_view words = "none bridge default host container ns pod private pasta slirp4netns podman";
  return is_word_of(words, to_lower(name));
}

std::expected<NetworkMode, ParseError> parse_literal(std::string_view text) {
  if (text == "none") return NetworkMode{NetworkKind::none, {}};
  if (text == "bridge" || text == "default") return NetworkMode{NetworkKind::bridge, {}};
  if (text == "host") return NetworkMode{NetworkKind::host, {}};
  if (text.starts_with("container:")) {
    const std::string_view name = text.substr(text.find(':') + 1);
    if (is_engine_name(name)) return NetworkMode{NetworkKind::container, std::string(name)};
    return refuse(fmt::format("expected a container's name or id after container:, found {}", quoted(text)));
  }
  if (text.starts_with("ns:")) {
    const std::string_view path = text.substr(text.find(':') + 1);
    if (path.starts_with('/')) return NetworkMode{NetworkKind::path, clean_path(path)};
    return refuse(fmt::format("expected an absolute path after ns:, found {}", quoted(text)));
  }
  if (is_mode_of_some_engine(text)) {
    return refuse(
        fmt::format("expected {}, found {}, which means a way to connect to some engines", expectation, quoted(text)));
  }
  if (is_engine_name(text)) return NetworkMode{NetworkKind::named, std::string(text)};
  return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
}

/// The options that docker 28 knows; 20.10 knows name, alias and driver-opt and rejects the others.
class EndpointReader {
 public:
  /// The whole field is folded to lower case before it is read, as docker does: name=HOST is the host's network.
  std::optional<ParseError> read(std::string_view written) {
    const std::string field = to_lower(written);
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) return ParseError{fmt::format("expected key=value, found {}", quoted(written))};
    const std::string key = field.substr(0, equals);
    const std::string value = field.substr(equals + 1);
    if (key == "alias") return keep(is_engine_name(value), endpoint.aliases, value, written);
    if (key == "link-local-ip") return keep(is_ipv4_address(value), endpoint.link_local_ips, value, written);
    if (key == "driver-opt") {
      const std::size_t separator = value.find('=');
      if (separator == std::string::npos || separator == 0) return unreadable(written);
      endpoint.driver_options.push_back({value.substr(0, separator), value.substr(separator + 1)});
      return std::nullopt;
    }
    if (key == "name") return once(name, value, written);
    if (key == "ip") return is_ipv4_address(value) ? once(endpoint.ipv4_address, value, written) : unreadable(written);
    if (key == "ip6") return is_ipv6_address(value) ? once(endpoint.ipv6_address, value, written) : unreadable(written);
    if (key == "mac-address") {
      const auto address = parse_mac_address(value);
      return address ? once(endpoint.mac_address, *address, written) : address.error();
    }
    if (key == "gw-priority") {
      const bool negative = value.starts_with('-');
      const auto number = parse_decimal(std::string_view(value).substr(negative ? 1 : 0), INT32_MAX);
      if (!number || endpoint.gateway_priority) return unreadable(written);
      endpoint.gateway_priority = negative ? -static_cast<std::int64_t>(*number) : static_cast<std::int64_t>(*number);
      return std::nullopt;
    }
    return ParseError{fmt::format("the network option {} is not known", quoted(key))};
  }

  std::string name;
  NetworkEndpoint endpoint;

 private:
  static ParseError unreadable(std::string_view written) {
    return {fmt::format("{} is not understood, or given twice", quoted(written))};
  }
  static std::optional<ParseError> keep(bool valid, std::vector<std::string>& into, const std::string& value,
                                        std::string_view written) {
    if (!valid) return unreadable(written);
    into.push_back(value);
    return std::nullopt;
  }
  static std::optional<ParseError> once(std::string& slot, const std::string& value, std::string_view written) {
    if (!slot.empty() || value.empty()) return unreadable(written);
    slot = value;
    return std::nullopt;
  }
};

std::expected<NetworkAttachment, ParseError> parse_csv(std::string_view text) {
  const auto fields = parse_csv_record(text);
  if (!fields) return std::unexpected(fields.error());
  EndpointReader reader;
  for (const std::string& field : *fields) {
    if (const auto error = reader.read(field)) return refuse(fmt::format("{}, in {}", error->message, quoted(text)));
  }
  auto mode = parse_literal(reader.name);
  if (!mode) return std::unexpected(mode.error());
  return NetworkAttachment{.mode = std::move(*mode), .endpoint = std::move(reader.endpoint)};
}

}  // namespace

std::string NetworkMode::text() const {
  switch (kind) {
    case NetworkKind::none: return "none";
    case NetworkKind::bridge: return "bridge";
    case NetworkKind::host: return "host";
    case NetworkKind::container: return "container:" + name;
    case NetworkKind::path: return "ns:" + name;
    case NetworkKind::named: return name;
  }
  return name;
}

std::expected<NetworkAttachment, ParseError> parse_network_attachment(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  if (is_csv(text)) return parse_csv(text);
  auto mode = parse_literal(text);
  if (!mode) return std::unexpected(mode.error());
  return NetworkAttachment{.mode = std::move(*mode), .endpoint = {}};
}

std::expected<NetworkMode, ParseError> parse_network(std::string_view text) {
  auto attachment = parse_network_attachment(text);
  if (!attachment) return std::unexpected(attachment.error());
  const NetworkEndpoint& options = attachment->endpoint;
  const bool plain = options.aliases.empty() && options.driver_options.empty() && options.ipv4_address.empty() &&
                     options.ipv6_address.empty() && options.link_local_ips.empty() && options.mac_address.empty() &&
                     !options.gateway_priority;
  if (!plain) return refuse(fmt::format("expected a network alone, found options in {}", quoted(text)));
  return std::move(attachment->mode);
}

}  // namespace skillrun::inline v0
