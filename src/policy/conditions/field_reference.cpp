#include "policy/conditions/field_reference.hpp"

#include <algorithm>
#include <vector>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::unexpected<FieldFault> unknown(std::string_view what, std::string_view word,
                                    const std::vector<std::string_view>& known) {
  const auto near = closest(word, known, 1);
  std::string remedy = "known here:";
  if (near.empty()) {
    for (const std::string_view name : known) remedy += fmt::format(" {}", name);
  } else {
    remedy = fmt::format("did you mean \"{}\"?", near.front());
  }
  return std::unexpected(FieldFault{fmt::format("no {} '{}'", what, printable(word)), std::move(remedy)});
}

std::expected<const ElementField*, FieldFault> find_part(const ListField& list, std::string_view name) {
  const auto found = std::ranges::find(list.parts, name, shown_name);
  if (found != list.parts.end()) return &*found;
  std::vector<std::string_view> known;
  for (const ElementField& part : list.parts) known.push_back(shown_name(part));
  return unknown(fmt::format("part of {}", list.name), name, known);
}

/// The key in ["key"] or ['key'], which `text` begins with; what follows stays in `text`.
std::optional<std::string> take_key(std::string_view& text) {
  if (text.size() < 4 || (text[1] != '"' && text[1] != '\'')) return std::nullopt;
  const std::size_t end = text.find(text[1], 2);
  if (end == std::string_view::npos || end == 2 || !text.substr(end + 1).starts_with(']')) return std::nullopt;
  std::string key(text.substr(2, end - 2));
  text.remove_prefix(end + 2);
  return key;
}

/// The part that `text` names, with the key of an entry where the part is a table.
std::optional<FieldFault> set_part(FieldReference& field, const ListField& list, std::string_view text) {
  const std::size_t bracket = text.find('[');
  const auto part = find_part(list, text.substr(0, bracket));
  if (!part) return part.error();
  field.list = &list;
  field.part = *part;
  std::string_view rest = bracket == std::string_view::npos ? std::string_view() : text.substr(bracket);
  if (field.part->entry != nullptr) {
    if (auto key = take_key(rest); key && rest.empty()) {
      field.part_key = std::move(*key);
      return std::nullopt;
    }
    return FieldFault{fmt::format("'{}' is a table", printable(field.text)),
                      fmt::format("write {}[\"KEY\"]", field.part->name)};
  }
  if (rest.empty()) return std::nullopt;
  return FieldFault{fmt::format("'{}' is not a field", printable(field.text)),
                    fmt::format("{} is one value: write nothing after it", shown_name(*field.part))};
}

}  // namespace

std::string_view shown_name(const ElementField& part) noexcept { return part.name.empty() ? "value" : part.name; }

std::expected<FieldReference, FieldFault> parse_field_reference(std::string_view text, const ListField* list) {
  FieldReference field;
  field.text = text;
  if (list != nullptr) {
    if (auto fault = set_part(field, *list, text)) return std::unexpected(std::move(*fault));
    return field;
  }
  const auto scalar = std::ranges::find(scalar_fields(), text, &ScalarField::name);
  if (scalar != scalar_fields().end()) {
    field.scalar = &*scalar;
    return field;
  }
  const std::size_t bracket = text.find('[');
  const auto found = std::ranges::find(list_fields(), text.substr(0, bracket), &ListField::name);
  if (found == list_fields().end()) {
    std::vector<std::string_view> known;
    for (const ScalarField& one : scalar_fields()) known.push_back(one.name);
    for (const ListField& one : list_fields()) known.push_back(one.name);
    return unknown("field", text, known);
  }
  field.list = &*found;
  if (bracket == std::string_view::npos) return field;
  std::string_view rest = text.substr(bracket);
  if (rest.starts_with("[*]")) {
    field.each = true;
    rest.remove_prefix(3);
    if (found->parts.size() == 1 && found->parts.front().name.empty()) field.part = found->parts.data();
  } else if (auto key = found->key < 0 ? std::nullopt : take_key(rest)) {
    field.key = std::move(*key);
    field.part = &found->parts[static_cast<std::size_t>(found->value)];
  } else {
    return std::unexpected(FieldFault{fmt::format("'{}' is not a field", printable(text)),
                                      found->key < 0
                                          ? fmt::format("write {}[*], or a part of it", found->name)
                                          : fmt::format("write {0}[\"KEY\"], {0}[*], or a part of it", found->name)});
  }
  if (rest.empty()) return field;
  if (!rest.starts_with('.')) {
    return std::unexpected(FieldFault{fmt::format("'{}' is not a field", printable(text)),
                                      "write nothing, or a dot and a part, after the ]"});
  }
  if (auto fault = set_part(field, *found, rest.substr(1))) return std::unexpected(std::move(*fault));
  return field;
}

}  // namespace skillrun::inline v0
