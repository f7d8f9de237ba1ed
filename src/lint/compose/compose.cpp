#include "lint/compose/compose.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "lint/manifest_linter.hpp"
#include "manifest/decode.hpp"
#include "manifest/directives.hpp"
#include "manifest/foreign_text.hpp"
#include "manifest/names.hpp"
#include "manifest/readers.hpp"
#include "support/text.hpp"

namespace skillrun {

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

const ValueNode* table_at(const ValueNode& root, std::string_view key) {
  const Member* member = find_member(root, key);
  return member == nullptr ? nullptr : &member->value;
}

/// The project's name, where the file gives one. Compose takes the folder's otherwise, which is another on each
/// machine.
std::string_view project_of(const ValueNode& root) {
  const ValueNode* name = table_at(root, "name");
  const bool usable = name != nullptr && is_valid_name(name->text);
  return usable ? std::string_view(name->text) : "compose";
}

void read_services(Reporter& reporter, const ValueNode& root, Manifest& manifest, ComposeValues& values) {
  const ComposeTables tables{.volumes = table_at(root, "volumes"),
                             .networks = table_at(root, "networks"),
                             .secrets = table_at(root, "secrets"),
                             .configs = table_at(root, "configs")};
  const Path path;
  const Path services_path(path, services_key);
  const ValueNode* services = table_at(root, services_key);
  if (services == nullptr || !require_table(reporter, *services, services_path)) return;
  ServiceReader reader(reporter, tables, project_of(root), values);
  for (const Member& service : services->members) {
    reporter.enter_skill(service.key);
    reader.read(service, manifest.skills.emplace_back());
    reporter.leave_skill();
  }
}

ManifestReading read_compose(const SourcePtr& source, ComposeValues& values) {
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
      read_services(reporter, *root, reading.manifest, values);
      // Comments that waive are looked for beside skills, which services stand for.
      const auto services = std::ranges::find(root->members, services_key, &Member::key);
      if (services != root->members.end()) services->key = "skills";
      reading.manifest.directives = find_directives(index, *root, reporter);
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

const ComposeValue* value_at(const ComposeValues& values, const Finding& finding) {
  const auto service = values.find(finding.skill);
  if (service == values.end()) return nullptr;
  const auto value = service->second.find({finding.span.begin, finding.span.end});
  return value == service->second.end() ? nullptr : &value->second;
}

}  // namespace

LintedFile lint_compose(SourcePtr source, std::string path, const LintContext& context) {
  ComposeValues values;
  const ManifestReading reading = read_compose(source, values);
  LintedFile file{.source = reading.manifest.source, .path = std::move(path), .skills = {}, .findings = {}};
  std::ranges::transform(reading.manifest.skills, std::back_inserter(file.skills), &SkillDefinition::name);
  file.findings = ManifestLinter(reading, context, Runner::other).lint();
  for (Finding& finding : file.findings) {
    finding.fix.reset();
    const ComposeValue* value = value_at(values, finding);
    if (value != nullptr && finding.source == file.source) {
      finding.field = value->field;
      if (!finding.evidence.empty()) finding.evidence = value->evidence;
    } else if (finding.field.starts_with("docker.")) {
      finding.field = fmt::format("services.{}", finding.skill);
    }
  }
  finish(file);
  return file;
}

}  // namespace skillrun
