#include "spec/finding_at.hpp"

#include <utility>

#include "spec/secret_values.hpp"
#include "support/abridged.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

void replace_all(std::string& text, std::string_view part, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += by.size()) {
    text.replace(at, part.size(), by);
  }
}

/// The words with a secret's variable in place of its value, which a log of CI would keep.
std::string without_secrets(const ContainerSpec& spec, std::string words) {
  constexpr std::size_t shortest = 4;  // less is found by chance
  for (const ExpandedText& expanded : spec.expanded) {
    for (const Expansion& variable : expanded.origin.expansions) {
      const std::string value = expanded.text.substr(variable.begin, variable.end - variable.begin);
      if (!variable.hands_over() || value.size() < shortest) continue;
      const bool by_name = is_secret_name(variable.variable) && !is_plain_value(value);
      if (!by_name && !has_secret_shape(value)) continue;
      const std::string name = "${" + variable.variable + "}";
      replace_all(words, value, name);
      replace_all(words, printable(value), name);
    }
  }
  return words;
}

}  // namespace

Finding finding_at(const ContainerSpec& spec, const Origin& origin, std::string_view rule, Severity severity,
                   std::string message, std::string remedy) {
  const bool in_manifest = origin.kind == OriginKind::manifest || origin.kind == OriginKind::extra_args;
  return {.rule = std::string(rule),
          .severity = severity,
          .message = abridged(without_secrets(spec, std::move(message))),
          .skill = spec.skill,
          .instance = spec.instance,
          .source = in_manifest ? spec.source : nullptr,
          .span = in_manifest ? origin.span : Span{},
          .field = origin.field,
          .evidence = origin.text,
          .remediation = abridged(without_secrets(spec, std::move(remedy)))};
}

}  // namespace skillrun::inline v0
