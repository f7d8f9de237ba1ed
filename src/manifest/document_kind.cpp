#include "manifest/document_kind.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "manifest/foreign_text.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

struct KindMark {
  DocumentKind kind;
  DocumentMark mark;
};

/// A document that has marks of several kinds is the first of them: nothing that declares skills goes unread.
constexpr std::array kind_marks{
    KindMark{.kind = DocumentKind::manifest, .mark = {.key = "skills"}},
    KindMark{.kind = DocumentKind::policy, .mark = {.key = "apiVersion", .value = policy_format}},
    KindMark{.kind = DocumentKind::compose, .mark = {.key = "services"}},
    KindMark{.kind = DocumentKind::compose, .mark = {.key = "include"}},
};

/// An escape can hide a word from a search, not from a reader.
bool may_have_mark(std::string_view text) {
  return text.contains('\\') ||
         std::ranges::any_of(kind_marks, [&](const KindMark& known) { return text.contains(known.mark.key); });
}

/// True where a line is what nearly every manifest begins its skills with: then nothing need be read twice.
bool begins_skills(std::string_view text, ManifestFormat format) {
  static constexpr std::array<std::string_view, 2> toml{"\n[skills.", "\n[skills]"};
  static constexpr std::array<std::string_view, 1> yaml{"\nskills:"};
  const auto begins = [&](std::string_view line) { return text.starts_with(line.substr(1)) || text.contains(line); };
  return format == ManifestFormat::toml ? std::ranges::any_of(toml, begins) : std::ranges::any_of(yaml, begins);
}

std::optional<ValueNode> read_root(std::string_view text, ManifestFormat format) {
  if (find_invalid_utf8(text) || text.contains('\0') || text.size() > max_manifest_size) return std::nullopt;
  Reporter reporter(std::make_shared<const SourceText>());
  const TextIndex index(text);
  return format == ManifestFormat::toml ? read_toml(index, reporter)
                                        : read_yaml(index, reporter, MergeKeys::read_with_tags);
}

/// Other programs have lists of services; those of a Compose file are a table.
bool is_kind(const KindMark& known, std::string_view text, const std::optional<ValueNode>& root) {
  if (!has_mark(text, root, std::span(&known.mark, 1))) return false;
  if (!root || known.kind != DocumentKind::compose) return true;
  const auto member = std::ranges::find(root->members, known.mark.key, &Member::key);
  return known.mark.key != "services" || member->value.kind == NodeKind::table;
}

}  // namespace

std::optional<DocumentKind> document_kind(std::string_view text, ManifestFormat format) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!may_have_mark(text)) return std::nullopt;
  if (begins_skills(text, format)) return DocumentKind::manifest;
  const std::optional<ValueNode> root = read_root(text, format);
  if (root && root->members.empty()) return std::nullopt;
  for (const KindMark& known : kind_marks) {
    if (format == ManifestFormat::toml && known.kind != DocumentKind::manifest) continue;
    if (is_kind(known, text, root)) return known.kind;
  }
  return std::nullopt;
}

}  // namespace skillrun::inline v0
