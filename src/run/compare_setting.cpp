#include <cstdlib>

#include "run/comparison.hpp"

namespace skillrun::inline v0 {

namespace {

using SetFields = std::vector<SpecField>;

/// What says the same as nothing.
bool is_nothing(const json::value& value) {
  return value == json::value(false) || value == json::value(0) || value == json::value("");
}

/// What is set; of pairs the last one of a key.
SetFields fields_in_force(const SettingRow& row, const ContainerSpec& spec) {
  SetFields all = fields_of_setting(row, spec);
  std::erase_if(all, [](const SpecField& field) { return is_nothing(field.value); });
  if (row.member.list.key < 0) return all;
  const auto key_of = [](const SpecField& field) {
    const std::string text = field.text();
    return text.substr(0, text.find('='));
  };
  SetFields last;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool again = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
                                   [&](const SpecField& later) { return key_of(later) == key_of(all[i]); });
    if (!again) last.push_back(all[i]);
  }
  return last;
}

std::vector<std::string> texts_of(const SetFields& fields) {
  std::vector<std::string> texts;
  texts.reserve(fields.size());
  for (const SpecField& field : fields) texts.push_back(field.text());
  return texts;
}

/// One value, which must be as approved.
void compare_value(Comparison& c, const SpecField& approved, const SetFields& made) {
  const std::string nothing = approved.value.is_bool() ? "false" : "none";
  const std::string text = made.empty() ? nothing : made.front().text();
  if (text != approved.text()) c.differ(*approved.origin, approved.text(), text);
}

void compare_exact(Comparison& c, const SetFields& approved, const SetFields& made) {
  const bool one = approved.size() == 1 && !approved.front().index;
  if (one) return compare_value(c, approved.front(), made);
  c.same_entries(approved.empty() ? nullptr : approved.front().origin, texts_of(approved), texts_of(made));
}

/// A number that is not above zero limits nothing. Without one that is in force, the engine does not enforce it.
void compare_bound(Comparison& c, const SpecField& approved, const SetFields& made) {
  const auto limits = [](const json::value& value) { return !value.is_int64() || value.get_int64() > 0; };
  if (!limits(approved.value)) return;
  const std::string nothing = approved.value.is_bool() ? "false" : "none";
  if (made.empty() || !limits(made.front().value)) return c.unenforced(*approved.origin, approved.text(), nothing);
  if (made.front().value != approved.value) c.differ(*approved.origin, approved.text(), made.front().text());
}

}  // namespace

void compare_setting(Comparison& comparison, const SettingRow& row) {
  const SetFields approved = fields_in_force(row, comparison.spec);
  const SetFields made = fields_in_force(row, comparison.made);
  const bool is_list = !approved.empty() && approved.front().index.has_value();
  switch (row.member.sense) {
    case Sense::exact: return compare_exact(comparison, approved, made);
    case Sense::grant:
      if (approved.empty() && !made.empty()) comparison.added(made.front().text());
      return;
    case Sense::declared:
      if (approved.empty()) return;
      return is_list ? compare_exact(comparison, approved, made) : compare_value(comparison, approved.front(), made);
    case Sense::bound:
      if (!approved.empty()) compare_bound(comparison, approved.front(), made);
      return;
    case Sense::parts:
    case Sense::untold: return;
  }
}

}  // namespace skillrun::inline v0
