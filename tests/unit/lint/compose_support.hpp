#pragma once

#include <expected>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lint/compose/compose.hpp"
#include "support.hpp"

namespace skillrun::test::compose {

/// Files that are nowhere but in the test.
inline ComposeRepository files(std::map<std::string, std::string> texts) {
  return {.read = [texts = std::move(texts)](const SourceText&,
                                             const std::string& path) -> std::expected<SourcePtr, std::string> {
            const auto found = texts.find(path);
            if (found == texts.end()) return std::unexpected("is not there");
            return source_of(found->second, path);
          },
          .root = "/srv/repository"};
}

inline LintedFile lint(const std::string& text, const ComposeRepository& repository = {},
                       const std::string& name = "compose.yaml") {
  const Context context;
  return lint_compose(source_of(text, name), name, repository, context.context);
}

/// The rules of the errors, once each, with the service.
inline std::string errors(const LintedFile& file) {
  std::set<std::string> rules;
  for (const Finding& finding : file.findings) {
    if (finding.severity == Severity::error) rules.insert(finding.rule + "@" + finding.skill);
  }
  std::string text;
  for (const std::string& rule : rules) text += rule + " ";
  return text;
}

/// The errors of a service, and of what stands beside the services.
inline std::string errors_of(const std::string& service, const std::string& rest = {}) {
  return errors(lint("services:\n  a:\n    image: x:1\n    " + service + "\n" + rest, files({})));
}

/// All rules that find something in such a service.
inline std::set<std::string> rules_of(const std::string& service, const std::string& rest = {}) {
  std::set<std::string> rules;
  const LintedFile file = lint("services:\n  a:\n    image: x:1\n    " + service + "\n" + rest, files({}));
  for (const Finding& finding : file.findings) rules.insert(finding.rule);
  return rules;
}

}  // namespace skillrun::test::compose
