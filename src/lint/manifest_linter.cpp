#include "lint/manifest_linter.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "lint/fingerprint.hpp"

namespace skillrun {

namespace {

/// True when `field` is `outer` or something within it: "docker.volumes[0]" is within "docker.volumes".
bool is_within(std::string_view field, std::string_view outer) {
  return field.starts_with(outer) &&
         (field.size() == outer.size() || field[outer.size()] == '.' || field[outer.size()] == '[');
}

/// The field as the rules name it, whether the skill or one of its instances has it.
std::string_view without_instance(std::string_view field) {
  constexpr std::string_view instances = "instances.";
  if (!field.starts_with(instances)) return field;
  const std::size_t end = field.find(".docker", instances.size());
  return end == std::string_view::npos ? field : field.substr(end + 1);
}

}  // namespace

ManifestLinter::ManifestLinter(const ManifestReading& reading, const LintContext& context)
    : manifest_(reading.manifest), context_(context) {
  add(apply_severities(policy(), reading.findings));
  // What is missing because it could not be read was said already.
  for (const Finding& finding : reading.findings) {
    if (finding.severity != Severity::error) continue;
    const std::string_view field = without_instance(finding.field);
    faults_.emplace_back(finding.skill, field);
    if (!finding.fix) continue;
    const std::size_t parent = std::min(field.rfind('.'), field.size());
    faults_.emplace_back(finding.skill, fmt::format("{}.{}", field.substr(0, parent), finding.fix->replacement));
    // An entry that lacks what was misspelt.
    if (field.substr(0, parent).ends_with(']')) faults_.emplace_back(finding.skill, field.substr(0, parent));
  }
}

Findings ManifestLinter::lint() {
  for (const SkillDefinition& skill : manifest_.skills) {
    if (skill.runtime_kind != RuntimeKind::docker) continue;
    // That the default instance is not declared was said already; the skill by itself is judged all the same.
    const bool lost = skill.default_instance && skill.find_instance(skill.default_instance->value) == nullptr;
    judge(skill, lost ? std::optional<std::string_view>("default") : std::nullopt);
    for (const InstanceDefinition& instance : skill.instances) judge(skill, instance.name);
  }
  Findings unused = unused_waivers(policy(), manifest_, findings_);
  // A waiver may be for what could not be judged.
  std::erase_if(unused, [&](const Finding& finding) {
    return std::ranges::any_of(faults_, [&](const auto& fault) { return fault.first == finding.skill; });
  });
  add(std::move(unused));
  return std::move(findings_);
}

void ManifestLinter::judge(const SkillDefinition& skill, std::optional<std::string_view> instance) {
  const auto resolved =
      resolve_skill(manifest_, skill, instance, context_.caller, context_.variables, UndefinedVariables::warning);
  if (!resolved) return add(apply_severities(policy(), resolved.error()));
  add(apply_severities(policy(), resolved->warnings));
  ContainerSpec spec = normalize(*resolved, {}, context_.caller, context_.variables);
  add(evaluate(policy(), with_defaults(policy(), std::move(spec)), context_.host));
}

bool ManifestLinter::follows_from_fault(const Finding& finding) const {
  return std::ranges::any_of(faults_, [&](const auto& fault) {
    return fault.first == finding.skill && is_within(without_instance(finding.field), fault.second);
  });
}

/// What a skill and its instances share is found with each of them.
void ManifestLinter::add(Findings found) {
  for (Finding& finding : found) {
    if (follows_from_fault(finding)) continue;
    auto key = std::tuple(finding.source.get(), finding.span.begin, finding.span.end, finding.rule, finding.field,
                          finding.message);
    if (known_.insert(std::move(key)).second) findings_.push_back(std::move(finding));
  }
}

void finish(LintedFile& file) {
  sort_findings(file.findings);
  // A policy's name depends on who calls it how; the order must not.
  std::ranges::stable_partition(file.findings, [&](const Finding& finding) { return finding.source == file.source; });
  set_fingerprints(file.findings, file.path);
}

}  // namespace skillrun
