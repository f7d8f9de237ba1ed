#include "manifest/foreign_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "manifest/readers.hpp"
#include "manifest/skill_fields.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view blanks = " \t";
constexpr std::string_view quotes = "\"'";

void skip(std::string_view& line, std::string_view what) {
  line.remove_prefix(std::min(line.find_first_not_of(what), line.size()));
}

/// What follows the word `key` at the beginning of a line, in quotes, brackets or without; nothing for another word.
std::optional<std::string_view> behind_key(std::string_view line, std::string_view key) {
  skip(line, blanks);
  if (line.starts_with('[') || line.starts_with('{')) line.remove_prefix(1);
  skip(line, blanks);
  const char quote = !line.empty() && quotes.contains(line.front()) ? line.front() : '\0';
  if (quote != '\0') line.remove_prefix(1);
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  if (quote != '\0') {
    if (!line.starts_with(quote)) return std::nullopt;
    line.remove_prefix(1);
  }
  skip(line, blanks);
  if (line.empty() || !std::string_view(".=]:").contains(line.front())) return std::nullopt;
  line.remove_prefix(1);
  return line;
}

bool has_value(std::string_view value, const DocumentMark& mark) {
  return mark.value.empty() || (mark.value.ends_with('/') ? value.starts_with(mark.value) : value == mark.value);
}

bool begins_like(std::string_view line, const DocumentMark& mark) {
  auto value = behind_key(line, mark.key);
  if (!value) return false;
  skip(*value, blanks);
  skip(*value, quotes);
  return has_value(value->substr(0, value->find_first_of(" \t\r\"'#")), mark);
}

constexpr std::array manifest_marks{DocumentMark{.key = "skills"},
                                    DocumentMark{.key = "version", .value = known_version}};

}  // namespace

bool has_mark(std::string_view text, const std::optional<ValueNode>& root, std::span<const DocumentMark> marks) {
  if (root && root->kind == NodeKind::table) {
    return root->members.empty() || std::ranges::any_of(root->members, [&](const Member& member) {
             return std::ranges::any_of(marks, [&](const DocumentMark& mark) {
               return member.key == mark.key && has_value(member.value.text, mark);
             });
           });
  }
  if (root) return false;
  for (const std::string_view line : split(text, '\n')) {
    if (std::ranges::any_of(marks, [&](const DocumentMark& mark) { return begins_like(line, mark); })) return true;
  }
  return false;
}

ForeignText foreign_text(const SourceText& source, const Findings& found, std::string_view expected) {
  ForeignText foreign{.source = std::make_shared<const SourceText>(SourceText{
                          .name = source.name, .directory = source.directory, .text = {}, .place = source.place}),
                      .findings = {}};
  Reporter reporter(foreign.source);
  const Position place = found.empty() || !found.front().span.known() ? Position{1, 1} : found.front().span.begin;
  reporter.report({}, {place, place},
                  {.rule = syntax_error,
                   .message = fmt::format("expected {}; what stands here is not shown", expected),
                   .evidence = {},
                   .remediation = "name another file, or add what is missing"});
  foreign.findings = reporter.take();
  return foreign;
}

bool is_manifest(std::string_view text, const std::optional<ValueNode>& root) {
  return has_mark(text, root, manifest_marks);
}

}  // namespace skillrun::inline v0
