#include "lint/compose/compose.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "lint/compose/compose_files.hpp"
#include "lint/compose/joins.hpp"
#include "lint/compose/known_keys.hpp"
#include "lint/compose/service_reader.hpp"
#include "lint/manifest_linter.hpp"
#include "manifest/decode.hpp"
#include "manifest/directives.hpp"
#include "manifest/foreign_text.hpp"
#include "manifest/names.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view services_key = "services";
constexpr std::array<std::string_view, 9> top_keys{"version", "name",    "services", "volumes", "networks",
                                                   "secrets", "configs", "models",   "include"};

void check_top(Reporter& reporter, const ValueNode& root) {
  for (const Member& member : root.members) {
    if (member.key.starts_with("x-") || std::ranges::find(top_keys, member.key) != top_keys.end()) continue;
    report_unknown_key(reporter, member, {}, top_keys);
  }
}

/// The project's name, where the file gives one. Compose takes the folder's otherwise, which is another on each
/// machine.
std::string project_of(const ValueNode& root) {
  std::string name = member_text(root, "name");
  return is_valid_name(name) ? name : "PROJECT";
}

ComposeTables tables_of(const std::vector<ComposeDocument>& documents, std::string_view key) {
  ComposeTables tables;
  for (const ComposeDocument& document : documents) {
    if (const ValueNode* table = entry_of(&document.root, key)) tables.push_back(table);
  }
  return tables;
}

/// The names that Compose looks for by itself.
constexpr std::array<std::string_view, 4> usual_names{"compose.yaml", "compose.yml", "docker-compose.yml",
                                                      "docker-compose.yaml"};

/// True for a file that says what another leaves out: Compose reads compose.override.yaml, and what is named like it,
/// over the file without that word, and the user any other (`-f compose.yaml -f compose.gpu.yaml`) over the one of a
/// usual name, which lies beside it.
bool is_overlay(const SourceText& file, const ComposeRepository& repository) {
  const std::string name = file.name.substr(file.name.rfind('/') + 1);
  if (name.contains(".override.")) return true;
  if (!repository.read || std::ranges::find(usual_names, name) != usual_names.end()) return false;
  return std::ranges::any_of(
      usual_names, [&](std::string_view base) { return repository.read(file, std::string(base)).has_value(); });
}

/// What services are said to be made by, in place of an image: another program of the host.
void report_provider(Reporter& reporter, const Member& service, const Path& services) {
  const Member* provider = find_member(service.value, "provider");
  reporter.report(Path(Path(services, service.key), provider->key), provider->key_span,
                  {.rule = "unsupported-runtime",
                   .message = fmt::format("the service \"{}\" is not a container: a program of the host makes it, and "
                                          "nothing of it is judged",
                                          printable(service.key)),
                   .evidence = member_text(provider->value, "type"),
                   .remediation = "give it an image, or leave it to who trusts that program",
                   .severity = Severity::warning});
}

/// What is read of a file and of those that it brings in. Skills are services, by name; each has its spec.
struct Composed {
  ManifestReading reading;
  std::vector<ContainerSpec> specs;
};

void read_services(Reporter& reporter, const ComposeDocument& document, const ComposeFile& file,
                   const LintContext& context, Composed& composed, std::vector<ServiceJoins>& joins) {
  const Path path;
  const Path at(path, services_key);
  const ValueNode* services = entry_of(&document.root, services_key);
  if (services == nullptr || !require_table(reporter, *services, at)) return;
  ResolvedSkill skill;
  skill.source = document.source;
  skill.directives = document.directives;
  for (const Member& service : services->members) {
    skill.name = composed.reading.manifest.skills.emplace_back().name = service.key;
    reporter.enter_skill(service.key);
    if (entry_of(&service.value, "provider") != nullptr) {
      report_provider(reporter, service, at);
    } else {
      ServiceReader reader(reporter, file, skill, service, context);
      composed.specs.push_back(reader.read());
      joins.push_back(reader.joins());
    }
    reporter.leave_skill();
  }
}

void read_documents(Reporter& reporter, const ComposeRepository& repository, ComposeDocument first,
                    const LintContext& context, Composed& composed) {
  const bool partial = is_overlay(*first.source, repository);
  const std::string root = repository.root.empty() ? first.source->base() : repository.root;
  const std::string project = project_of(first.root);
  const std::vector<ComposeDocument> documents = ComposeFiles(repository, reporter).gather(std::move(first));
  std::vector<ServiceJoins> joins;
  for (const ComposeDocument& document : documents) {
    // A file's own entry counts before one of the same name elsewhere.
    std::vector<ComposeDocument> order{document};
    std::ranges::copy(documents, std::back_inserter(order));
    const ComposeFile file{.project = project,
                           .root = root,
                           .is_overlay = partial,
                           .services = tables_of(order, services_key),
                           .volumes = tables_of(order, "volumes"),
                           .networks = tables_of(order, "networks"),
                           .secrets = tables_of(order, "secrets"),
                           .configs = tables_of(order, "configs")};
    Reporter own(document.source);
    const bool is_first = &document == &documents.front();
    Reporter& said = is_first ? reporter : own;
    check_top(said, document.root);
    check_known_keys(said, document.root);
    read_services(said, document, file, context, composed, joins);
    if (!is_first) std::ranges::move(own.take(), std::back_inserter(composed.reading.findings));
  }
  settle_joins(composed.specs, joins);
}

/// The services are the manifest's skills, by name; each has its spec in `specs`.
Composed read_compose(const SourcePtr& source, const ComposeRepository& repository, const LintContext& context) {
  Reporter reporter(source);
  Composed composed;
  ManifestReading& reading = composed.reading;
  reading.manifest.source = source;
  std::optional<ValueNode> root;
  if (find_invalid_utf8(source->text) || source->text.find('\0') != std::string::npos) {
    reporter.report({}, {{1, 1}, {1, 1}},
                    {.rule = "control-character",
                     .message = "not valid UTF-8 text",
                     .evidence = {},
                     .remediation = "save the file as UTF-8 text"});
  } else {
    const TextIndex index(source->text);
    root = read_yaml(index, reporter, MergeKeys::read_with_tags);
    if (root && require_table(reporter, *root, {})) {
      reading.manifest.directives = find_directives(index, *root, reporter, services_key);
      read_documents(reporter, repository, {.source = source, .root = *root, .directives = reading.manifest.directives},
                     context, composed);
    }
  }
  std::ranges::move(reporter.take(), std::back_inserter(reading.findings));
  reading.valid = !has_errors(reading.findings);
  static constexpr std::array marks{DocumentMark{.key = services_key}, DocumentMark{.key = "skills"},
                                    DocumentMark{.key = "include"}};
  if (!reading.findings.empty() && !has_mark(source->text, root, marks)) {
    ForeignText foreign = foreign_text(*source, reading.findings, "a Compose file, with a table `services`");
    reading.manifest = {};
    reading.manifest.source = std::move(foreign.source);
    reading.findings = std::move(foreign.findings);
    composed.specs.clear();
  }
  return composed;
}

}  // namespace

LintedFile lint_compose(const SourcePtr& source, std::string path, const ComposeRepository& repository,
                        const LintContext& context) {
  const auto [reading, specs] = read_compose(source, repository, context);
  LintedFile file{.source = reading.manifest.source, .path = std::move(path), .skills = {}, .findings = {}};
  std::ranges::transform(reading.manifest.skills, std::back_inserter(file.skills), &SkillDefinition::name);
  file.findings = ManifestLinter(reading, context).lint(specs);
  for (Finding& finding : file.findings) finding.fix.reset();
  finish(file);
  return file;
}

}  // namespace skillrun::inline v0
