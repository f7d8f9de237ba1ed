#include "lint/compose/compose.hpp"

#include <algorithm>
#include <array>
#include <iterator>

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
  const Path path;
  for (const Member& member : root.members) {
    if (member.key.starts_with("x-")) continue;
    if (member.key == "include") {
      reporter.report(Path(path, member.key), member.key_span,
                      {.rule = unknown_key,
                       .message = "what `include` brings in is not judged",
                       .evidence = {},
                       .remediation = "lint those files too, or what `docker compose config` prints"});
    } else if (std::ranges::find(top_keys, member.key) == top_keys.end()) {
      report_unknown_key(reporter, member, path, top_keys);
    }
  }
}

/// The project's name, where the file gives one. Compose takes the folder's otherwise, which is another on each
/// machine.
std::string project_of(const ValueNode& root) {
  std::string name = member_text(root, "name");
  return is_valid_name(name) ? name : "PROJECT";
}

void read_services(Reporter& reporter, const ValueNode& root, const LintContext& context, Manifest& manifest,
                   std::vector<ContainerSpec>& specs) {
  const ComposeFile file{.project = project_of(root),
                         .volumes = entry_of(&root, "volumes"),
                         .networks = entry_of(&root, "networks"),
                         .secrets = entry_of(&root, "secrets"),
                         .configs = entry_of(&root, "configs")};
  const Path path;
  const ValueNode* services = entry_of(&root, services_key);
  if (services == nullptr || !require_table(reporter, *services, Path(path, services_key))) return;
  ResolvedSkill skill;
  skill.source = manifest.source;
  skill.directives = manifest.directives;
  for (const Member& service : services->members) {
    skill.name = manifest.skills.emplace_back().name = service.key;
    reporter.enter_skill(service.key);
    specs.push_back(ServiceReader(reporter, file, skill, service, context).read());
    reporter.leave_skill();
  }
}

/// The services are the manifest's skills, by name; each has its spec in `specs`.
ManifestReading read_compose(const SourcePtr& source, const LintContext& context, std::vector<ContainerSpec>& specs) {
  Reporter reporter(source);
  ManifestReading reading;
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
    root = read_yaml(index, reporter, MergeKeys::read);
    if (root && require_table(reporter, *root, {})) {
      check_top(reporter, *root);
      reading.manifest.directives = find_directives(index, *root, reporter, services_key);
      read_services(reporter, *root, context, reading.manifest, specs);
    }
  }
  reading.valid = !reporter.failed();
  reading.findings = reporter.take();
  static constexpr std::array marks{DocumentMark{.key = services_key}, DocumentMark{.key = "skills"}};
  if (!reading.findings.empty() && !has_mark(source->text, root, marks)) {
    ForeignText foreign = foreign_text(*source, reading.findings, "a Compose file, with a table `services`");
    reading.manifest = {};
    reading.manifest.source = std::move(foreign.source);
    reading.findings = std::move(foreign.findings);
  }
  return reading;
}

}  // namespace

LintedFile lint_compose(SourcePtr source, std::string path, const LintContext& context) {
  std::vector<ContainerSpec> specs;
  const ManifestReading reading = read_compose(source, context, specs);
  LintedFile file{.source = reading.manifest.source, .path = std::move(path), .skills = {}, .findings = {}};
  std::ranges::transform(reading.manifest.skills, std::back_inserter(file.skills), &SkillDefinition::name);
  file.findings = ManifestLinter(reading, context).lint(specs);
  for (Finding& finding : file.findings) finding.fix.reset();
  finish(file);
  return file;
}

}  // namespace skillrun::inline v0
