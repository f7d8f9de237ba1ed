#include <fmt/format.h>
#include <skillrun/policy.hpp>

#include "app/places.hpp"
#include "cli/completion.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "policy/document/builtin_policies.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

std::vector<Candidate> skills_of(const std::vector<std::string>& manifests, bool instances) {
  auto discovery = discover_manifests(app::discovery_options({.manifests = manifests, .policies = {}}));
  std::vector<Candidate> candidates;
  if (!discovery) return candidates;
  SkillCatalog catalog(std::move(*discovery));
  const SkillCatalog::Listing listing = catalog.list();
  for (const SkillCatalog::Entry& entry : listing.entries) {
    const SkillDefinition& skill = *entry.found.skill;
    const auto description = [](const std::optional<WrittenText>& text) { return text ? printable(text->value) : ""; };
    candidates.push_back({skill.name, description(skill.description)});
    if (!instances) continue;
    for (const InstanceDefinition& instance : skill.instances) {
      candidates.push_back({fmt::format("{}@{}", skill.name, instance.name), description(instance.description)});
    }
  }
  return candidates;
}

std::string_view to_string(Completion::Paths paths) {
  switch (paths) {
    case Completion::Paths::none: return "none";
    case Completion::Paths::folders: return "folders";
    case Completion::Paths::files: return "files";
  }
  return "none";
}

}  // namespace

int answer_completion(std::span<const std::string> words) {
  CompletionSources sources;
  sources.skills = skills_of;
  for (const RuleInfo& rule : rule_catalogue()) {
    sources.rules.push_back({std::string(rule.id), std::string(rule.summary)});
  }
  for (const BuiltinPolicy& policy : builtin_policies()) {
    sources.policies.push_back({std::string(policy.name), "a built-in policy"});
  }
  const Completion completion = complete(command_table(), words, sources);
  std::string text = fmt::format("{}\n", to_string(completion.paths));
  for (const Candidate& candidate : completion.candidates) {
    text += fmt::format("{}\t{}\n", printable(candidate.word), printable(candidate.description));
  }
  return Console({}).print(text) ? success : failed;
}

}  // namespace skillrun::cli
