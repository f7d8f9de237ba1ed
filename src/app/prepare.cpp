#include "app/prepare.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include <skillrun/normalize.hpp>

#include "app/caller_grants.hpp"
#include "app/catalog.hpp"
#include "app/doubted_documents.hpp"
#include "app/failure.hpp"
#include "app/load_policy.hpp"
#include "app/places.hpp"
#include "engine/client_environment.hpp"
#include "engine/log.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace {

/// What the caller granted by an answer, where what was shown is still what is there.
struct RecordedGrants {
  Grants grants;
  std::string stale;  ///< why a record does not hold
};

/// `skillrun allow` for what was prepared, with the options without which it would look at something else.
std::string allow_words(const Selection& selection, const SkillRequest& request) {
  std::string words = "skillrun";
  for (const std::string& manifest : selection.manifests) words += " -m " + shell_quoted(manifest);
  for (const std::string& policy : selection.policies) words += " -p " + shell_quoted(policy);
  words += " allow";
  if (!request.workdir.empty()) words += " --workdir " + shell_quoted(request.workdir);
  return fmt::format("{} {}", words, shell_quoted(name_of(request)));
}

RecordedGrants recorded_grants(const ResolvedSkill& skill, const ContainerSpec& spec, Warnings& warnings) {
  RecordedGrants grants;
  const auto store = grant_store();
  if (!store) return grants;
  const auto records = store->read();
  if (!records) {
    warnings.push_back(fmt::format("what `skillrun allow` recorded does not count: {}", records.error()));
    return grants;
  }
  if (records->empty()) return grants;
  auto now = record_for(skill, {});
  if (!now) return grants;  // nothing was granted to what is not a file
  if (std::ranges::none_of(*records, [&](const GrantRecord& record) { return record.is_about(*now); })) return grants;
  if (const auto bound = bind_to_context(*now, spec); !bound) {
    grants.stale = fmt::format("what you allowed '{}' does not count while its build context cannot be read: {}",
                               printable(name_of(*now)), bound.error());
    return grants;
  }
  const Recorded recorded = find_record(*records, *now);
  if (recorded.holds) {
    grants.grants = grants_of(*recorded.record);
  } else if (recorded.record) {
    grants.stale = fmt::format("the manifest{} has changed since you allowed '{}' on {}: `{}` shows what changed",
                               now->context ? " or its build context" : "", printable(name_of(*now)),
                               printable(recorded.record->day), spec.grant_command);
  }
  return grants;
}

}  // namespace

std::optional<GrantStore> grant_store() {
  const std::string config = user_config_directory();
  return config.empty() ? std::nullopt : std::optional(GrantStore(config + "/grants"));
}

std::expected<Prepared, RunResult> prepare(const Selection& selection, const SkillRequest& request,
                                           Warnings& warnings) {
  auto policy = load_policy(selection, warnings);
  if (!policy) return std::unexpected(std::move(policy.error()));
  auto catalog = open_catalog(selection, warnings);
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  auto found = find_skill(*catalog, request.skill, request.commands);
  if (!found) return std::unexpected(std::move(found.error()));
  const CallerContext caller = CallerContext::current(request.workdir);
  const EnvironmentVariables variables;
  auto resolved = resolve_skill(*found->manifest, *found->skill, request.instance, caller, variables);
  if (!resolved) {
    std::string message = fmt::format("skill '{}' cannot be resolved ({})", request.skill, errors_in(resolved.error()));
    return failure(outcome::Failed{RunFailure::invalid_manifest}, std::move(message), std::move(resolved.error()));
  }
  log::info("skill {} from {}", request.skill, found->manifest->source->name);
  auto by_options = option_grants(request);
  if (!by_options) return failure(outcome::Failed{RunFailure::engine_error}, std::move(by_options.error()));
  RunOverrides overrides = request.overrides;
  overrides.grants = *by_options;
  ContainerSpec spec = normalize(*resolved, overrides, caller, variables);
  spec.grant_command = allow_words(selection, request);
  RecordedGrants recorded = recorded_grants(*resolved, spec, warnings);
  std::ranges::move(recorded.grants, std::back_inserter(spec.grants));
  spec.deciding = deciding_documents(discovery_options(selection), catalog->discovery());
  // Whoever writes into the store of images decides what later runs are.
  if (const std::string store = caller_variable("SKILLRUN_STORE"); store.starts_with('/')) {
    spec.deciding.push_back(store + '/');
  }
  return Prepared{.found = std::move(*found),
                  .resolved = std::move(*resolved),
                  .spec = std::move(spec),
                  .policy = std::move(*policy),
                  .options = std::move(*by_options),
                  .stale = std::move(recorded.stale)};
}

bool asks_for_something(const Findings& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.ask && finding.granted.empty() && !finding.waived && finding.severity >= Severity::warning;
  });
}

}  // namespace skillrun::app
