#pragma once

#include <memory>
#include <string>
#include <vector>

#include <skillrun/lint.hpp>

namespace skillrun::test {

inline SourcePtr source_of(std::string text, std::string name = "skills.toml") {
  return std::make_shared<const SourceText>(
      SourceText{.name = std::move(name), .directory = "/srv/repository", .text = std::move(text)});
}

/// The baseline policy, no machine, no variables.
struct Context {
  LexicalHost host{std::chrono::year_month_day{std::chrono::year(2026), std::chrono::November, std::chrono::day(21)}};
  MapVariables variables{{{"DATA", "/srv/data"}}};
  LintContext context{
      .policy = Policy::builtin("baseline"),
      .host = host,
      .variables = variables,
      .caller =
          {.workdir = "/home/user/work", .cwd = "/home/user/work", .home = "/home/user", .uid = 1000, .gid = 1000},
  };
};

inline LintedFile lint_toml(const std::string& text, const std::string& path = "skills.toml") {
  const Context context;
  return lint_manifest(source_of(text, path), ManifestFormat::toml, path, context.context);
}

/// A skill that the baseline policy has next to nothing to say about, with more lines in its docker table.
inline std::string skill(const std::string& lines = {}, const std::string& name = "tool") {
  return "[skills." + name + ".docker]\nimage = \"debian:12@sha256:" + std::string(64, 'a') +
         "\"\nmemory = \"64m\"\ncpus = \"1\"\npids_limit = 64\ntimeout = \"1m\"\nuser = \"1000:1000\"\n"
         "security_opt = [\"no-new-privileges\"]\n" +
         lines;
}

/// "rule line:column" of each finding.
inline std::vector<std::string> found(const LintedFile& file) {
  std::vector<std::string> lines;
  for (const Finding& finding : file.findings) {
    lines.push_back(finding.rule + " " + std::to_string(finding.span.begin.line) + ":" +
                    std::to_string(finding.span.begin.column));
  }
  return lines;
}

}  // namespace skillrun::test
