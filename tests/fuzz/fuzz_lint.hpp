#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <skillrun/lint.hpp>

namespace skillrun::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// The input up to the first NUL, and what comes after it.
inline std::pair<std::string, std::string> two_texts(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  return {std::string(input.substr(0, end)), std::string(input.substr(std::min(end + 1, input.size())))};
}

inline SourcePtr source_of(std::string text, std::string name) {
  return std::make_shared<const SourceText>(
      SourceText{.name = std::move(name), .directory = "/srv/pdf-tools", .text = std::move(text)});
}

/// What the fuzz targets of lint judge by: the same day, variables and caller for every input.
inline const LintContext& lint_context() {
  static const MapVariables variables({{"A", "a"}, {"EMPTY", ""}});
  static const LexicalHost host(std::chrono::year(2026) / 11 / 21);
  static const LintContext context{
      .policy = Policy::builtin("baseline"),
      .host = host,
      .variables = variables,
      .caller = {.workdir = "/w", .cwd = "/w", .home = "/home/me", .uid = 1000, .gid = 1000}};
  return context;
}

/// Every finding says what and where, within the text, and has a fingerprint of its own.
inline void check_linted(const LintedFile& file) {
  std::string_view before;
  for (const Finding& finding : file.findings) {
    require(!finding.rule.empty() && !finding.message.empty() && finding.severity != Severity::off);
    require(finding.fingerprint.size() == 32 && finding.fingerprint != before);
    before = finding.fingerprint;
    if (finding.span.known()) require(finding.span.begin <= finding.span.end);
  }
}

/// The same text gives the same findings.
inline void check_again(const LintedFile& file, const LintedFile& again) {
  require(file.skills == again.skills && file.findings.size() == again.findings.size());
  for (std::size_t i = 0; i < file.findings.size(); ++i) {
    require(file.findings[i].fingerprint == again.findings[i].fingerprint);
  }
}

}  // namespace skillrun::fuzz
