#include <skillrun/manifest.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "manifest/decode.hpp"
#include "manifest/directives.hpp"
#include "manifest/foreign_text.hpp"
#include "manifest/image_source.hpp"
#include "manifest/manifest_reader.hpp"
#include "manifest/readers.hpp"
#include "manifest/skill_fields.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

void decode_version(Reporter& reporter, const ValueNode& node, const Path& path, Manifest& manifest) {
  const bool scalar = node.kind == NodeKind::string || node.kind == NodeKind::integer;
  if (scalar && node.text == known_version) {
    manifest.version = known_version;
    return;
  }
  reporter.report(path, node.span,
                  {.rule = invalid_value,
                   .message = scalar ? fmt::format("unknown version \"{}\"", printable(node.text.substr(0, 80)))
                                     : fmt::format("expected a version, found {}", describe(node)),
                   .evidence = node.text,
                   .remediation = fmt::format("the known version is \"{}\"", known_version)});
}

void decode_defaults(Reporter& reporter, const ValueNode& node, const Path& path, Manifest& manifest) {
  if (!require_table(reporter, node, path)) return;
  for (const Member& member : node.members) {
    const Path member_path(path, member.key);
    if (member.key == default_table_keys[0]) {
      manifest.default_env = decode_environment(reporter, member.value, member_path);
    } else if (member.key == default_table_keys[1]) {
      if (!require_table(reporter, member.value, member_path)) continue;
      decode_fields<CapabilityTable>(reporter, member.value, member_path, fields_of<CapabilityTable>(), {},
                                     manifest.default_capabilities.emplace());
    } else {
      report_unknown_key(reporter, member, path, default_table_keys, &node);
    }
  }
}

void decode_skills(Reporter& reporter, const ValueNode& node, const Path& path, Manifest& manifest) {
  if (!require_table(reporter, node, path)) return;
  for (const Member& member : node.members) {
    const Path skill_path(path, member.key);
    reporter.enter_skill(member.key);
    check_name(reporter, member, skill_path, "skill");
    if (require_table(reporter, member.value, skill_path)) {
      decode_skill(reporter, member, manifest.skills.emplace_back());
    }
    reporter.leave_skill();
  }
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Faults of the bytes themselves; true when there is none. A byte order mark must have been removed.
bool check_bytes(Reporter& reporter, std::string_view text) {
  const auto report = [&](std::size_t offset, std::string_view rule, std::string message, std::string remediation) {
    const Position place = position_at(text, offset);
    reporter.report(
        {}, {place, place},
        {.rule = rule, .message = std::move(message), .evidence = {}, .remediation = std::move(remediation)});
  };
  if (text.size() > max_manifest_size) {
    report(0, syntax_error, fmt::format("larger than {} bytes", max_manifest_size), "split it into several files");
    return false;
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    report(nul, "control-character", "a NUL byte in the file", "save the file as UTF-8 text");
  }
  if (text.starts_with(byte_order_mark)) {
    report(0, syntax_error, "a second byte order mark", "remove it");
  }
  if (const auto invalid = find_invalid_utf8(text)) {
    report(*invalid, "control-character", "not valid UTF-8", "save the file as UTF-8 text");
  }
  return !reporter.failed();
}

/// What is said of a text that is not a manifest. What is wrong with its bytes is, because that quotes nothing.
void hide_text(ManifestReading& reading, const SourceText& source, bool readable) {
  ForeignText foreign = foreign_text(source, reading.findings, "a manifest, with a table `skills`");
  if (readable) reading.findings = std::move(foreign.findings);
  for (Finding& finding : reading.findings) finding.source = foreign.source;
  reading.manifest = {};
  reading.manifest.source = std::move(foreign.source);
  reading.valid = false;
}

}  // namespace

void decode_manifest(Reporter& reporter, const ValueNode& root, Manifest& manifest) {
  manifest.version = known_version;
  const Path path;
  if (!require_table(reporter, root, path)) return;
  for (const Member& member : root.members) {
    const Path member_path(path, member.key);
    if (member.key == "version") {
      decode_version(reporter, member.value, member_path, manifest);
    } else if (member.key == "defaults") {
      decode_defaults(reporter, member.value, member_path, manifest);
    } else if (member.key == "skills") {
      decode_skills(reporter, member.value, member_path, manifest);
    } else {
      report_unknown_key(reporter, member, path, manifest_keys, &root);
    }
  }
}

ManifestReading read_manifest(SourcePtr source, ManifestFormat format) {
  if (source->text.starts_with(byte_order_mark)) {
    source = std::make_shared<const SourceText>(
        SourceText{source->name, source->directory, source->text.substr(byte_order_mark.size()), source->place});
  }
  Reporter reporter(source);
  ManifestReading reading;
  reading.manifest.source = source;
  std::optional<ValueNode> root;
  const bool readable = check_bytes(reporter, source->text);
  if (readable) {
    const TextIndex index(source->text);
    root = format == ManifestFormat::toml ? read_toml(index, reporter) : read_yaml(index, reporter, MergeKeys::read);
    if (root) decode_manifest(reporter, *root, reading.manifest);
    if (root) reading.manifest.directives = find_directives(index, *root, reporter);
  }
  reading.valid = !reporter.failed();
  reading.findings = reporter.take();
  if (!reading.findings.empty() && !is_manifest(source->text, root)) {
    hide_text(reading, *source, readable);
  }
  return reading;
}

Findings ManifestReading::faults_of(std::string_view skill) const {
  Findings faults;
  std::ranges::copy_if(findings, std::back_inserter(faults), [&](const Finding& finding) {
    return finding.severity == Severity::error && (finding.skill.empty() || finding.skill == skill);
  });
  return faults;
}

std::expected<Manifest, Findings> parse_manifest(SourcePtr source, ManifestFormat format) {
  return valid_manifest(read_manifest(std::move(source), format));
}

std::expected<Manifest, Findings> valid_manifest(ManifestReading reading) {
  if (!reading.valid) return std::unexpected(std::move(reading.findings));
  reading.manifest.warnings = std::move(reading.findings);
  return std::move(reading.manifest);
}

const InstanceDefinition* SkillDefinition::find_instance(std::string_view instance) const noexcept {
  const auto found = std::find_if(instances.begin(), instances.end(),
                                  [&](const InstanceDefinition& candidate) { return candidate.name == instance; });
  return found == instances.end() ? nullptr : &*found;
}

const SkillDefinition* Manifest::find_skill(std::string_view skill) const noexcept {
  const auto found = std::find_if(skills.begin(), skills.end(),
                                  [&](const SkillDefinition& candidate) { return candidate.name == skill; });
  return found == skills.end() ? nullptr : &*found;
}

std::optional<WrittenText> image_of_source(const SkillDefinition& skill) {
  constexpr std::string_view prefix = "docker:";
  if (!skill.source || !skill.source->value.starts_with(prefix)) return std::nullopt;
  return WrittenText{
      .value = skill.source->value.substr(prefix.size()), .span = skill.source->span, .written = {}, .expansions = {}};
}

std::optional<ManifestFormat> format_of(std::string_view path) noexcept {
  if (path.ends_with(".toml")) return ManifestFormat::toml;
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return ManifestFormat::yaml;
  return std::nullopt;
}

}  // namespace skillrun::inline v0
