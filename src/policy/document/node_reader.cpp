#include "policy/document/node_reader.hpp"

#include <charconv>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

void NodeReader::invalid(const ValueNode& node, const Path& path, std::string message, std::string remedy) const {
  reporter_.report(
      path, node.span,
      {.rule = invalid_value, .message = std::move(message), .evidence = node.text, .remediation = std::move(remedy)});
}

void NodeReader::missing(Span span, const Path& top, std::string_view key, std::string remedy) const {
  reporter_.report(Path(top, key), span,
                   {.rule = missing_field,
                    .message = fmt::format("{} is missing", key),
                    .evidence = {},
                    .remediation = std::move(remedy)});
}

void NodeReader::require_keys(const ValueNode& node, const Path& top, std::span<const DocumentKey> keys) const {
  for (const DocumentKey& key : keys) {
    if (!key.missing.empty() && find_member(node, key.name) == nullptr) {
      missing(node.span, top, key.name, std::string(key.missing));
    }
  }
}

std::optional<std::string> NodeReader::text(const ValueNode& node, const Path& path) const {
  if (node.kind == NodeKind::string && !find_control_character(node.text)) return node.text;
  invalid(node, path, fmt::format("expected one line of text, found {}", describe(node)), "write a string");
  return std::nullopt;
}

std::optional<std::string> NodeReader::name(const ValueNode& node, const Path& path) const {
  auto value = text(node, path);
  if (!value || !value->empty()) return value;
  invalid(node, path, "an empty text", "write at least one character, or remove the entry");
  return std::nullopt;
}

std::optional<bool> NodeReader::boolean(const ValueNode& node, const Path& path) const {
  if (node.plain && node.text == "true") return true;
  if (node.plain && node.text == "false") return false;
  invalid(node, path, fmt::format("expected true or false, found {}", describe(node)), "write true or false");
  return std::nullopt;
}

std::optional<std::int64_t> NodeReader::count(const ValueNode& node, const Path& path, std::string_view what,
                                              std::int64_t least) const {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (node.plain && error == std::errc() && stop == end && value >= least) return value;
  invalid(node, path,
          fmt::format("expected {}, found {}", what,
                      node.text.empty() ? std::string(describe(node)) : printable(node.text)),
          fmt::format("write a whole number from {} up", least));
  return std::nullopt;
}

std::optional<Severity> NodeReader::severity(const ValueNode& node, const Path& path) const {
  static constexpr std::string_view words[] = {"off", "info", "warning", "error"};
  for (const Severity severity : {Severity::off, Severity::info, Severity::warning, Severity::error}) {
    if (node.kind == NodeKind::string && to_string(severity) == node.text) return severity;
  }
  const bool text = node.kind == NodeKind::string;
  invalid(node, path,
          text ? fmt::format("unknown severity '{}'", printable(node.text))
               : fmt::format("expected a severity, found {}", describe(node)),
          suggest(text ? std::string_view(node.text) : std::string_view(), words));
  return std::nullopt;
}

std::optional<std::chrono::year_month_day> NodeReader::date(const ValueNode& node, const Path& path) const {
  const auto date = node.kind == NodeKind::string ? parse_date(node.text) : std::nullopt;
  if (!date) {
    invalid(node, path,
            fmt::format("expected a day, found {}",
                        node.text.empty() ? std::string(describe(node)) : "'" + printable(node.text) + "'"),
            "write a day (UTC) as YYYY-MM-DD");
  }
  return date;
}

bool NodeReader::require_list(const ValueNode& node, const Path& path) const {
  if (node.kind == NodeKind::array) return true;
  invalid(node, path, fmt::format("expected a list, found {}", describe(node)), "write a list: [a, b]");
  return false;
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char digit : text.substr(at, size)) {
      if (digit < '0' || digit > '9') return -1;
      value = value * 10 + (digit - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() ? std::optional(date) : std::nullopt;
}

}  // namespace skillrun::inline v0
