#include "lint/manifest_linter.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <skillrun/normalize.hpp>

#include "lint/fingerprint.hpp"
#include "policy/judge.hpp"
#include "spec/docker_fields.hpp"

namespace skillrun::inline v0 {

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

/// True when the instance has a value of its own for the field, written out or by an alias.
bool declares(const InstanceDefinition& instance, std::string_view field) {
  constexpr std::string_view docker = "docker.";
  constexpr std::string_view env = "env.";
  if (field.starts_with(env)) {
    const auto named = [&](const WrittenEntry& entry) { return entry.key.value == field.substr(env.size()); };
    return instance.env && std::ranges::any_of(instance.env->entries, named);
  }
  if (!field.starts_with(docker)) return field.starts_with("instances.") || field.starts_with("capabilities");
  if (!instance.docker) return false;
  const std::string_view key = field.substr(docker.size(), field.find_first_of(".[", docker.size()) - docker.size());
  return std::ranges::any_of(fields_of<DockerRuntimeConfig>(), [&](const Field<DockerRuntimeConfig>& known) {
    const auto is_set = [&](auto member) { return ((*instance.docker).*member).has_value(); };
    return known.key == key && std::visit(is_set, known.member);
  });
}

}  // namespace

ManifestLinter::ManifestLinter(const ManifestReading& reading, const LintContext& context)
    : manifest_(reading.manifest), context_(context) {
  findings_ = apply_severities(policy(), reading.findings);
  // What is missing because it could not be read was said already.
  for (const Finding& finding : reading.findings) {
    if (finding.severity != Severity::error) continue;
    std::vector<std::string>& fields = faults_[finding.skill];
    const std::string_view field = without_instance(finding.field);
    fields.emplace_back(field);
    if (!finding.fix) continue;
    const std::size_t parent = std::min(field.rfind('.'), field.size());
    fields.push_back(fmt::format("{}.{}", field.substr(0, parent), finding.fix->replacement));
    // An entry that lacks what was misspelt.
    if (field.substr(0, parent).ends_with(']')) fields.emplace_back(field.substr(0, parent));
  }
}

Findings ManifestLinter::lint() {
  for (const SkillDefinition& skill : manifest_.skills) {
    if (skill.runtime_kind == RuntimeKind::docker) judge_skill(skill);
  }
  judge_waivers();
  return std::move(findings_);
}

Findings ManifestLinter::lint(std::span<const ContainerSpec> specs) {
  for (const ContainerSpec& spec : specs) add(evaluate(policy(), spec, context_.host));
  judge_waivers();
  return std::move(findings_);
}

void ManifestLinter::judge_waivers() {
  Findings unused = unused_waivers(policy(), manifest_, findings_);
  // A waiver may be for what could not be judged.
  std::erase_if(unused, [&](const Finding& finding) { return faults_.contains(finding.skill); });
  add(std::move(unused));
}

void ManifestLinter::judge_skill(const SkillDefinition& skill) {
  const bool has_default = skill.default_instance && skill.find_instance(skill.default_instance->value) != nullptr;
  // The name "default" means the skill by itself where no instance has it; where one has, only a bare name does.
  const bool taken = skill.find_instance("default") != nullptr;
  Said shared;
  if (!taken || !has_default) {
    Findings unresolved;
    auto found = judge(skill, taken ? std::nullopt : std::optional<std::string_view>("default"), unresolved);
    if (found) {
      shared = add(std::move(*found));
    } else if (!has_default) {
      // With a default instance nobody who names the skill asks for it without one.
      shared = add(std::move(unresolved));
    }
  }
  for (const InstanceDefinition& instance : skill.instances) {
    Findings unresolved;
    auto found = judge(skill, instance.name, unresolved);
    add(found ? std::move(*found) : std::move(unresolved), shared, &instance);
  }
}

std::optional<Findings> ManifestLinter::judge(const SkillDefinition& skill, std::optional<std::string_view> instance,
                                              Findings& unresolved) const {
  auto resolved =
      resolve_skill(manifest_, skill, instance, context_.caller, context_.variables, UndefinedVariables::warning);
  if (!resolved) {
    unresolved = apply_severities(policy(), std::move(resolved.error()));
    return std::nullopt;
  }
  Findings found = apply_severities(policy(), std::move(resolved->warnings));
  ContainerSpec spec = normalize(*resolved, {}, context_.caller, context_.variables);
  spec = as_admitted(policy(), std::move(spec), context_.host);
  std::ranges::move(evaluate(policy(), spec, context_.host), std::back_inserter(found));
  if (context_.more) std::ranges::move(context_.more(spec), std::back_inserter(found));
  return found;
}

bool ManifestLinter::follows_from_fault(const Finding& finding) const {
  const auto faults = faults_.find(finding.skill);
  if (faults == faults_.end()) return false;
  const std::string_view field = without_instance(finding.field);
  return std::ranges::any_of(faults->second, [&](const std::string& fault) { return is_within(field, fault); });
}

ManifestLinter::Identity ManifestLinter::identity_of(const Finding& finding) {
  return {finding.rule,
          finding.field,
          finding.message,
          finding.severity,
          finding.waived ? finding.waived->source.get() : nullptr,
          finding.waived ? finding.waived->span.begin : Position()};
}

ManifestLinter::Said ManifestLinter::add(Findings found, const Said& shared, const InstanceDefinition* instance) {
  Said said;
  std::set<std::tuple<Identity, const SourceText*, Position, Position>> places;
  for (Finding& finding : found) {
    if (follows_from_fault(finding)) continue;
    Identity identity = identity_of(finding);
    if (instance != nullptr && shared.contains(identity) && !declares(*instance, finding.field)) continue;
    if (!places.emplace(identity, finding.source.get(), finding.span.begin, finding.span.end).second) continue;
    said.insert(std::move(identity));
    findings_.push_back(std::move(finding));
  }
  return said;
}

void finish(LintedFile& file) {
  sort_findings(file.findings);
  // A policy's name depends on who calls it how; the order must not.
  std::ranges::stable_partition(file.findings, [&](const Finding& finding) { return finding.source == file.source; });
  set_fingerprints(file.findings, file.path);
}

}  // namespace skillrun::inline v0
