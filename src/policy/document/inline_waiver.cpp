#include "policy/document/inline_waiver.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/document/node_reader.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view blanks = " \t";

/// Takes the next word off the front; empty at the end.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::expected<InlineWaiver, std::string> parse_inline_waiver(std::string_view text) {
  const auto expected = [](std::string_view what, std::string_view found) {
    return std::unexpected(found.empty() ? fmt::format("expected {}, but the comment ends", what)
                                         : fmt::format("expected {}, found '{}'", what, printable(found)));
  };
  InlineWaiver waiver;
  if (const auto word = next_word(text); word != "allow") return expected("allow", word);
  std::string_view word = next_word(text);
  if (word.empty() || word == "until") return expected("a rule", word);
  for (bool goes_on = true; !word.empty() && word != "until"; word = next_word(text)) {
    if (!goes_on && !word.starts_with(',')) return expected("until and a day", word);
    goes_on = word.ends_with(',');
    for (const std::string_view rule : split(word, ',')) {
      if (!rule.empty() && std::ranges::find(waiver.rules, rule) == waiver.rules.end()) waiver.rules.emplace_back(rule);
    }
  }
  if (waiver.rules.empty()) return expected("a rule", ",");
  if (word != "until") return expected("until and a day", word);
  const std::string_view day = next_word(text);
  const auto expires = parse_date(day);
  if (!expires) return expected("a day as YYYY-MM-DD", day);
  waiver.expires = *expires;
  if (const auto word = next_word(text); word != "--") return expected("-- and a reason", word);
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  if (text.empty()) return expected("a reason", {});
  waiver.reason = text;
  return waiver;
}

}  // namespace skillrun::inline v0
