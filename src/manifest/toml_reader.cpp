#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "manifest/limits.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

Span span_of(const toml::source_region& region) {
  return {{region.begin.line, region.begin.column}, {region.end.line, region.end.column}};
}

NodeKind kind_of(toml::node_type type) noexcept {
  switch (type) {
    case toml::node_type::table: return NodeKind::table;
    case toml::node_type::array: return NodeKind::array;
    case toml::node_type::string: return NodeKind::string;
    case toml::node_type::integer: return NodeKind::integer;
    case toml::node_type::floating_point: return NodeKind::floating;
    case toml::node_type::boolean: return NodeKind::boolean;
    default: return NodeKind::other;
  }
}

class Converter {
 public:
  Converter(const TextIndex& index, Reporter& reporter) : index_(index), reporter_(reporter) {}

  ValueNode convert(const toml::node& from, std::size_t depth) {
    ValueNode node;
    node.kind = kind_of(from.type());
    node.span = span_of(from.source());
    if (depth > max_nesting) {
      if (!too_deep_) reporter_.report({}, node.span, too_deep());
      too_deep_ = true;
      return node;
    }
    if (const auto* table = from.as_table()) {
      node.members.reserve(table->size());
      for (const auto& [key, value] : *table) {
        node.members.push_back({std::string(key.str()), span_of(key.source()), convert(value, depth + 1)});
      }
      // toml++ keeps its tables sorted by name.
      std::sort(node.members.begin(), node.members.end(),
                [](const Member& a, const Member& b) { return a.key_span.begin < b.key_span.begin; });
    } else if (const auto* array = from.as_array()) {
      // One more than may be there is enough for what is said of it.
      const std::size_t count = std::min(array->size(), max_entries + 1);
      node.items.reserve(count);
      for (std::size_t i = 0; i < count; ++i) node.items.push_back(convert((*array)[i], depth + 1));
    } else if (const auto* text = from.as_string()) {
      node.text = text->get();
    } else {
      node.text = index_.slice(node.span);
    }
    return node;
  }

 private:
  const TextIndex& index_;
  Reporter& reporter_;
  bool too_deep_ = false;
};

/// toml++ points behind the `=` of a repeated key: the key itself is what a reader looks for.
Span repeated_key(const TextIndex& index, std::size_t offset) {
  const std::string_view text = index.text();
  const auto skip_blanks_before = [&](std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
    return at;
  };
  std::size_t end = skip_blanks_before(offset);
  if (end == 0 || text[end - 1] != '=') {
    const std::size_t line_end = std::min(text.find_first_of("\r\n", offset), text.size());
    return index.span(offset, line_end);
  }
  end = skip_blanks_before(end - 1);
  std::size_t begin = end;
  if (begin > 0 && (text[begin - 1] == '"' || text[begin - 1] == '\'')) {
    const std::size_t quote = begin > 1 ? text.rfind(text[begin - 1], begin - 2) : std::string_view::npos;
    begin = quote == std::string_view::npos ? begin - 1 : quote;
  } else {
    while (begin > 0 && std::string_view(" \t\r\n{,.").find(text[begin - 1]) == std::string_view::npos) --begin;
  }
  return index.span(begin, end);
}

void report(const toml::parse_error& error, const TextIndex& index, Reporter& reporter) {
  const Position place{error.source().begin.line, error.source().begin.column};
  const std::string description = printable(error.description());
  if (description.find("cannot redefine") != std::string::npos) {
    const Span span = repeated_key(index, index.offset(place));
    reporter.report({}, span,
                    {.rule = duplicate_key,
                     .message = fmt::format("written twice: {}", description.substr(description.find("cannot"))),
                     .evidence = std::string(index.slice(span)),
                     .remediation = "keep one of the two"});
    return;
  }
  std::string message = description;
  constexpr std::string_view prefix = "Error while parsing ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  reporter.report({}, {place, place},
                  {.rule = syntax_error,
                   .message = "not valid TOML: " + message,
                   .evidence = {},
                   .remediation = "fix the syntax; strings need quotes in TOML"});
}

}  // namespace

std::optional<ValueNode> read_toml(const TextIndex& index, Reporter& reporter) {
  if (const auto deep = find_deep_toml(index.text())) {
    reporter.report({}, index.span(*deep, *deep + 1), too_deep());
    return std::nullopt;
  }
  try {
    ValueNode root = Converter(index, reporter).convert(toml::parse(index.text()), 0);
    enforce_limits(reporter, root);
    return root;
  } catch (const toml::parse_error& error) {
    report(error, index, reporter);
  } catch (const std::exception& error) {
    reporter.report({}, {{1, 1}, {1, 1}},
                    {.rule = syntax_error,
                     .message = fmt::format("not valid TOML: {}", printable(error.what())),
                     .evidence = {},
                     .remediation = {}});
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
