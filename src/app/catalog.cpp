#include "app/catalog.hpp"

#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/doubted_documents.hpp"
#include "app/failure.hpp"
#include "app/places.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace {

std::unexpected<RunResult> in_doubt(const DoubtedManifest& doubted, const std::string& skill) {
  return failure(outcome::Failed{RunFailure::refused},
                 fmt::format("the manifest {} is not trusted, and it may have the skill '{}': {}",
                             printable(doubted.path), printable(skill), doubted.why));
}

std::unexpected<RunResult> no_such_skill(const NoSuchSkill& missing, const std::vector<std::string>& commands) {
  std::string message = fmt::format("no skill named '{}'", printable(missing.name));
  std::vector<std::string> near = missing.closest;
  for (const std::string& command : commands) near.push_back(fmt::format("the command `skillrun {}`", command));
  if (!near.empty()) message += fmt::format("; did you mean {}?", fmt::join(near, " or "));
  message += "\n  `skillrun list` shows all skills; looked in:";
  for (const std::string& place : missing.searched) message += "\n    " + printable(place);
  if (missing.searched.empty()) message += " nowhere (there is no manifest; name one with -m)";
  return failure(outcome::Failed{RunFailure::no_such_skill}, std::move(message));
}

std::unexpected<RunResult> not_valid(Findings findings) {
  const std::string file = findings.empty() || !findings.front().source ? "" : findings.front().source->name;
  std::string message = fmt::format("the manifest {} is not valid ({}); fix it, or name another with -m",
                                    printable(file), errors_in(findings));
  return failure(outcome::Failed{RunFailure::invalid_manifest}, std::move(message), std::move(findings));
}

}  // namespace

std::expected<SkillCatalog, RunResult> open_catalog(const Selection& selection, Warnings& warnings) {
  if (const auto folder = working_folder(); !folder) {
    return failure(outcome::Failed{RunFailure::invalid_manifest}, folder.error());
  }
  auto discovery = discover_manifests(discovery_options(selection));
  if (!discovery) return failure(outcome::Failed{RunFailure::invalid_manifest}, discovery.error());
  mark_doubted(*discovery);
  warnings.insert(warnings.end(), discovery->warnings.begin(), discovery->warnings.end());
  return SkillCatalog(std::move(*discovery));
}

Warnings doubts_of(const SkillCatalog& catalog) {
  Warnings doubts;
  for (const ManifestCandidate& candidate : catalog.discovery().candidates) {
    if (candidate.doubt.empty()) continue;
    doubts.push_back(fmt::format("{} is not trusted: {}", printable(candidate.path), candidate.doubt));
  }
  return doubts;
}

std::expected<FoundSkill, RunResult> find_skill(SkillCatalog& catalog, const std::string& name,
                                                const std::vector<std::string>& commands) {
  auto found = catalog.find(name);
  if (!found) {
    if (const auto* missing = std::get_if<NoSuchSkill>(&found.error())) return no_such_skill(*missing, commands);
    if (const auto* doubted = std::get_if<DoubtedManifest>(&found.error())) return in_doubt(*doubted, name);
    return not_valid(std::move(std::get<Findings>(found.error())));
  }
  if (found->skill->runtime_kind != RuntimeKind::docker) {
    return failure(outcome::Failed{RunFailure::invalid_manifest},
                   fmt::format("skill '{}' does not run in a container (runtime {}); skillrun runs docker skills only",
                               name, found->skill->runtime ? found->skill->runtime->value : "unknown"));
  }
  return std::move(*found);
}

}  // namespace skillrun::app
