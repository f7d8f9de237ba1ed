#include "app/lint.hpp"

#include <algorithm>
#include <filesystem>

#include "app/catalog.hpp"
#include "app/failure.hpp"
#include "app/load_policy.hpp"
#include "app/places.hpp"
#include "app/policy_files.hpp"
#include "lint/fixes.hpp"
#include "manifest/project_root.hpp"
#include "run/gap_findings.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Whoever runs the skill: nothing of this machine, so that a report is the same everywhere.
CallerContext anybody() {
  return {.workdir = "/home/user/work", .cwd = "/home/user/work", .home = "/home/user", .uid = 1000, .gid = 1000};
}

/// How a text without a name is written: front matter opens with ---, YAML's first key ends with a colon.
LintKind guess_syntax(std::string_view text) {
  for (std::string_view line : split(text, '\n')) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("---") || line.front() == '{') return LintKind::yaml;
    return line.find(':') < line.find_first_of("=[") ? LintKind::yaml : LintKind::toml;
  }
  return LintKind::toml;
}

/// The mark that an editor put at the beginning of the file, which is not part of what is read.
std::string mark_of(const std::string& path) {
  const auto source = read_source(path);
  return std::string(source && (*source)->text.starts_with(byte_order_mark) ? byte_order_mark : std::string_view());
}

std::filesystem::path here() {
  std::error_code error;
  return std::filesystem::current_path(error);
}

/// The repository that is worked in: no link in it brings in a file from elsewhere.
std::vector<std::string> projects_here() {
  const std::filesystem::path folder = here();
  if (folder.empty()) return {};
  return {project_root(folder).string()};
}

}  // namespace

Linter::Linter(Selection selection, LintQuery query, std::shared_ptr<const Policy> policy)
    : selection_(std::move(selection)),
      query_(std::move(query)),
      policy_(std::move(policy)),
      variables_(std::make_unique<MapVariables>(query_.variables)),
      policy_files_(std::make_unique<LocalPolicyFiles>(projects_here())),
      exclusions_(query_.exclusions, here()) {}

std::expected<Linter, RunResult> Linter::open(const Selection& selection, LintQuery query, Warnings& warnings) {
  auto policy = load_policy(selection, warnings);
  if (!policy) return std::unexpected(std::move(policy.error()));
  Linter linter(selection, std::move(query), std::move(*policy));
  if (linter.query_.host_checks) {
    HostHere here = host_here(selection);
    linter.detection_ = std::move(here.detection);
    linter.host_ = std::move(here.view);
  } else {
    linter.host_ = std::make_unique<LexicalHost>(today());
  }
  if (!linter.query_.engine_checks || linter.detection_.engine) return linter;
  if (linter.query_.host_checks) return no_engine(linter.detection_);
  auto engine = find_engine(selection);
  if (!engine) return std::unexpected(std::move(engine.error()));
  linter.detection_.engine = std::move(*engine);
  return linter;
}

LintContext Linter::context() const {
  LintContext context{.policy = policy_,
                      .host = *host_,
                      .variables = *variables_,
                      .caller = query_.host_checks ? CallerContext::current() : anybody()};
  if (!query_.host_checks) context.root = "/home/user/repository";
  if (const Engine* engine = detection_.engine.get()) {
    context.more = [engine](const ContainerSpec& spec) { return gap_findings(*engine, spec); };
  }
  context.policy_files = policy_files_.get();
  return context;
}

std::expected<LintedFiles, RunResult> Linter::discovered(Warnings& warnings) const {
  auto catalog = open_catalog(selection_, warnings);
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  std::ranges::move(doubts_of(*catalog), std::back_inserter(warnings));
  std::vector<LintInput> inputs;
  for (const ManifestCandidate& candidate : catalog->discovery().candidates) {
    const auto kind = kind_of(candidate.path);
    const bool of_machine = candidate.tier == "system" || candidate.tier == "installed";
    if (!kind || of_machine || exclusions_.cover(candidate.path)) continue;
    inputs.push_back(
        {.path = candidate.path, .repository_path = repository_path(candidate.path), .kind = *kind, .named = true});
  }
  std::ranges::sort(inputs, {}, &LintInput::repository_path);
  return lint(inputs);
}

LintedFiles Linter::lint(const std::vector<LintInput>& inputs) const {
  LintedFiles linted = lint_files(inputs, context());
  // A SKILL.md may name a manifest that is left out.
  std::erase_if(linted.files, [&](const LintedFile& file) { return exclusions_.cover(file.source->name); });
  return linted;
}

std::expected<LintedFiles, std::string> Linter::files(const std::vector<std::string>& paths) const {
  const auto inputs = find_lint_files(paths, query_.kind, exclusions_);
  if (!inputs) return std::unexpected(inputs.error());
  return lint(*inputs);
}

LintedFile Linter::text(std::string text, const std::string& name) const {
  const LintKind kind = query_.kind.value_or(guess_syntax(text));
  return lint_source(std::make_shared<const SourceText>(
                         SourceText{.name = name, .directory = here().string(), .text = std::move(text)}),
                     {.path = name, .repository_path = name, .kind = kind, .forced = query_.kind.has_value()},
                     context());
}

std::vector<FixedFile> Linter::fix(LintReport& report) const {
  std::vector<FixedFile> all;
  const LintContext by = context();
  for (LintedFile& file : report.files) {
    const std::string path = file.source->name;
    const LintInput input{.path = path,
                          .repository_path = file.path,
                          .kind = query_.kind.value_or(kind_of(path).value_or(LintKind::toml)),
                          .forced = query_.kind.has_value()};
    const auto lint_text = [&](const std::string& text) {
      return lint_source(std::make_shared<const SourceText>(
                             SourceText{.name = path, .directory = file.source->directory, .text = text}),
                         input, by);
    };
    const FixedText fixed = skillrun::fix(file, lint_text);
    if (fixed.count == 0) continue;
    const std::string mark = mark_of(path);
    all.push_back({.name = file.path,
                   .path = path,
                   .before = mark + file.source->text,
                   .after = mark + fixed.text,
                   .count = fixed.count});
    file = lint_text(fixed.text);
  }
  return all;
}

}  // namespace skillrun::app
