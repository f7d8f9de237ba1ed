#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "manifest/decode.hpp"
#include "manifest/image_source.hpp"
#include "manifest/manifest_reader.hpp"
#include "manifest/names.hpp"
#include "manifest/skill_fields.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

void decode_instances(Reporter& reporter, const ValueNode& node, const Path& path, SkillDefinition& skill) {
  if (!require_table(reporter, node, path)) return;
  for (const Member& member : node.members) {
    const Path instance_path(path, member.key);
    check_name(reporter, member, instance_path, "instance");
    InstanceDefinition& instance = skill.instances.emplace_back();
    instance.name = member.key;
    instance.span = member.key_span;
    if (!require_table(reporter, member.value, instance_path)) continue;
    decode_fields<InstanceDefinition>(reporter, member.value, instance_path, fields_of<InstanceDefinition>(), {},
                                      instance);
  }
}

/// What runs the skill, from `runtime` or from what else was written; nothing when that was reported.
std::optional<RuntimeKind> runtime_kind(Reporter& reporter, const ValueNode& node, const SkillDefinition& skill) {
  const Path root;
  if (skill.runtime) {
    const auto found = std::find(runtime_words.begin(), runtime_words.end(), skill.runtime->value);
    if (found != runtime_words.end()) return static_cast<RuntimeKind>(found - runtime_words.begin());
    reporter.report(Path(root, "runtime"), skill.runtime->span,
                    {.rule = invalid_value,
                     .message = fmt::format("unknown runtime \"{}\"", printable(skill.runtime->value)),
                     .evidence = skill.runtime->value,
                     .remediation = suggest(skill.runtime->value, runtime_words)});
    return std::nullopt;
  }
  if (find_member(node, "runtime") != nullptr) return std::nullopt;  // of a wrong type, reported
  if (find_member(node, "docker") != nullptr || image_of_source(skill)) return RuntimeKind::docker;
  if (skill.source) return RuntimeKind::wasm;
  if (find_member(node, "source") == nullptr) {
    reporter.report(Path(root, "docker"), skill.span,
                    {.rule = missing_field,
                     .message = fmt::format("the skill \"{}\" says nothing about what to run", printable(skill.name)),
                     .evidence = {},
                     .remediation = "add a docker table with an image, or source = \"docker:IMAGE\""});
  }
  return std::nullopt;
}

bool has_image(const SkillDefinition& skill) {
  return image_of_source(skill) || (skill.docker && skill.docker->image) ||
         std::any_of(skill.instances.begin(), skill.instances.end(),
                     [](const InstanceDefinition& instance) { return instance.docker && instance.docker->image; });
}

void check_docker_skill(Reporter& reporter, const ValueNode& node, const SkillDefinition& skill) {
  const Path root;
  const Member* docker = find_member(node, "docker");
  if (skill.ref) {
    reporter.report(Path(root, "ref"), skill.ref->span,
                    {.rule = invalid_value,
                     .message = "a container has no ref: it is a branch, tag or commit of a source in git",
                     .evidence = skill.ref->value,
                     .remediation = "remove it, and write the version into the image's tag or digest"});
  }
  if (skill.source && (!image_of_source(skill) || image_of_source(skill)->value.empty())) {
    reporter.report(Path(root, "source"), skill.source->span,
                    {.rule = invalid_value,
                     .message = "the source of a docker skill must be docker:IMAGE",
                     .evidence = skill.source->value,
                     .remediation = "write docker:IMAGE, or remove source and set docker.image"});
    return;
  }
  // An image of a wrong type was reported where it stands.
  const bool image_at_fault = docker != nullptr && find_member(docker->value, "image") != nullptr;
  if (has_image(skill) || image_at_fault || (find_member(node, "source") != nullptr && !skill.source)) return;
  reporter.report(Path(Path(root, "docker"), "image"), docker != nullptr ? docker->key_span : skill.span,
                  {.rule = missing_field,
                   .message = fmt::format("no image for the skill \"{}\"", printable(skill.name)),
                   .evidence = {},
                   .remediation = "set docker.image, or source = \"docker:IMAGE\""});
}

void warn_unsupported(Reporter& reporter, const SkillDefinition& skill) {
  const std::optional<WrittenText>& cause = skill.runtime ? skill.runtime : skill.source;
  const Path root;
  reporter.report(Path(root, skill.runtime ? "runtime" : "source"), cause ? cause->span : skill.span,
                  {.rule = "unsupported-runtime",
                   .message = fmt::format("the skill \"{}\" is not a container: it is not judged and cannot run here",
                                          printable(skill.name)),
                   .evidence = cause ? cause->value : std::string(),
                   .remediation = "give it a docker table, or leave it to the program it was written for",
                   .severity = Severity::warning});
}

void check_default_instance(Reporter& reporter, const SkillDefinition& skill) {
  if (!skill.default_instance || skill.default_instance->value == "default") return;
  const std::string& name = skill.default_instance->value;
  if (skill.find_instance(name) != nullptr) return;
  std::vector<std::string_view> known;
  known.reserve(skill.instances.size());
  for (const InstanceDefinition& instance : skill.instances) known.push_back(instance.name);
  const Path root;
  reporter.report(Path(root, "default_instance"), skill.default_instance->span,
                  {.rule = invalid_value,
                   .message = fmt::format("the instance \"{}\" is not declared", printable(name)),
                   .evidence = name,
                   .remediation = known.empty() ? "declare it under instances" : suggest(name, known)});
}

}  // namespace

void check_name(Reporter& reporter, const Member& member, const Path& path, std::string_view what) {
  if (is_valid_name(member.key)) return;
  const bool control = find_control_character(member.key).has_value();
  reporter.report(path, member.key_span,
                  {.rule = control ? std::string_view("control-character") : invalid_value,
                   .message = fmt::format("\"{}\" cannot be the name of {} {}", printable(member.key.substr(0, 80)),
                                          what == "instance" ? "an" : "a", what),
                   .evidence = member.key,
                   .remediation = "use 1 to 64 letters, digits, '.', '_' and '-', and begin with a letter or digit"});
}

void decode_skill(Reporter& reporter, const Member& member, SkillDefinition& skill) {
  const ValueNode& node = member.value;
  const Path root;
  const std::size_t before = reporter.findings().size();
  skill.name = member.key;
  skill.span = member.key_span;
  decode_fields<SkillDefinition>(reporter, node, root, fields_of<SkillDefinition>(), Fields<SkillDefinition>::nested,
                                 skill);
  if (const Member* instances = find_member(node, "instances")) {
    decode_instances(reporter, instances->value, Path(root, "instances"), skill);
  }
  check_default_instance(reporter, skill);
  const std::optional<RuntimeKind> kind = runtime_kind(reporter, node, skill);
  if (!kind) return;
  skill.runtime_kind = *kind;
  if (*kind == RuntimeKind::docker) {
    check_docker_skill(reporter, node, skill);
  } else {
    reporter.leave_unknown_keys(before);
    warn_unsupported(reporter, skill);
  }
}

}  // namespace skillrun::inline v0
