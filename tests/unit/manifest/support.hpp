#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <skillrun/manifest.hpp>

namespace skillrun::test {

inline SourcePtr source(std::string_view text, ManifestFormat format = ManifestFormat::toml) {
  return std::make_shared<const SourceText>(
      SourceText{format == ManifestFormat::toml ? "skills.toml" : "skills.yaml", "/srv/skills", std::string(text)});
}

inline std::expected<Manifest, Findings> parse_toml(std::string_view text) {
  return parse_manifest(source(text), ManifestFormat::toml);
}

inline std::expected<Manifest, Findings> parse_yaml(std::string_view text) {
  return parse_manifest(source(text, ManifestFormat::yaml), ManifestFormat::yaml);
}

inline std::string show(const Span& span) {
  return fmt::format("{}:{}-{}:{}", span.begin.line, span.begin.column, span.end.line, span.end.column);
}

/// One line per finding: rule, place, field.
inline std::string show(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{} {} {}{}{}\n", finding.rule, show(finding.span), finding.skill,
                        finding.skill.empty() ? "" : " ", finding.field);
  }
  return text;
}

template <class T>
std::string faults(const std::expected<T, Findings>& result) {
  return result ? "none" : show(result.error());
}

/// The only finding of a result that must have failed with one.
template <class T>
Finding only(const std::expected<T, Findings>& result) {
  REQUIRE_FALSE(result.has_value());
  INFO(show(result.error()));
  REQUIRE(result.error().size() == 1);
  return result.error().front();
}

/// A manifest that must be fine.
inline Manifest good(std::expected<Manifest, Findings> result) {
  INFO(faults(result));
  REQUIRE(result.has_value());
  return std::move(*result);
}

}  // namespace skillrun::test
