#include <fmt/core.h>

#include "spec/csv.hpp"
#include "spec/path.hpp"
#include "spec/scan.hpp"

namespace skillrun {

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
  if (is_engine_name(text)) return NetworkMode{NetworkKind::named, std::string(text)};
  return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
}

/// The whole field is folded to lower case before it is read, as docker does: name=HOST is the host's network.
std::expected<NetworkMode, ParseError> parse_csv(std::string_view text) {
  const auto fields = parse_csv_record(text);
  if (!fields) return std::unexpected(fields.error());
  std::optional<std::string> name;
  for (const std::string& written : *fields) {
    const std::string field = to_lower(written);
    const std::size_t equals = field.find('=');
    const std::string_view key = std::string_view(field).substr(0, equals);
    if (key != "name" || equals == std::string::npos) {
      return refuse(fmt::format("expected name= alone in {}, found {}; no other network option is understood",
                                quoted(text), quoted(key)));
    }
    if (name) return refuse(fmt::format("found name= twice in {}", quoted(text)));
    name = field.substr(equals + 1);
  }
  return parse_literal(name.value_or(""));
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

std::expected<NetworkMode, ParseError> parse_network(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  return is_csv(text) ? parse_csv(text) : parse_literal(text);
}

}  // namespace skillrun
