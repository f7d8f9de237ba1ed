#include "cli/preparation.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "cli/caller_grants.hpp"
#include "cli/doubted_documents.hpp"
#include "cli/policy_files.hpp"
#include "engine/log.hpp"
#include "policy/policy_data.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string installed_manifests() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? "" : (program.parent_path().parent_path() / "share/skillrun/manifests").string();
}

std::unexpected<RunResult> failure(RunStatus status, std::string message, Findings findings = {}) {
  RunResult result;
  result.status = status;
  result.message = std::move(message);
  result.findings = std::move(findings);
  return std::unexpected(std::move(result));
}

std::unexpected<RunResult> in_doubt(const DoubtedManifest& doubted, const std::string& skill) {
  return failure(RunStatus::refused, fmt::format("the manifest {} is not believed, and it may have the skill '{}': {}",
                                                 printable(doubted.path), printable(skill), doubted.why));
}

std::unexpected<RunResult> no_such_skill(const NoSuchSkill& missing) {
  std::string message = fmt::format("no skill named '{}'", printable(missing.name));
  if (!missing.closest.empty()) message += fmt::format("; did you mean {}?", fmt::join(missing.closest, " or "));
  message += "\n  `skillrun list` shows all skills; looked in:";
  for (const std::string& place : missing.searched) message += "\n    " + printable(place);
  if (missing.searched.empty()) message += " no place at all (there is no manifest; name one with -m)";
  return failure(RunStatus::no_such_skill, std::move(message));
}

/// "1 error", "2 errors".
std::string errors_in(const Findings& findings) {
  const auto count = std::ranges::count_if(
      findings, [](const Finding& finding) { return finding.severity == Severity::error && !finding.waived; });
  return fmt::format("{} error{}", count, count == 1 ? "" : "s");
}

/// Knows who calls and nothing of any file system: whose paths they are is not known before there is an engine.
class CallerView final : public LexicalHost {
 public:
  CallerView() : LexicalHost(cli::today()) {}
  [[nodiscard]] std::optional<std::uint32_t> uid() const override { return local_.uid(); }
  [[nodiscard]] std::optional<std::uint32_t> gid() const override { return local_.gid(); }
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override { return local_.groups(); }
  [[nodiscard]] std::vector<std::string> homes() const override { return local_.homes(); }
  [[nodiscard]] std::vector<std::string> account_homes() const override { return local_.account_homes(); }
  [[nodiscard]] std::vector<std::string> own_folders() const override { return local_.own_folders(); }
  [[nodiscard]] std::optional<std::string> file_text(const std::string& path, std::size_t limit) const override {
    return local_.file_text(path, limit);
  }

 private:
  LocalHost local_;
};

/// What the caller granted by an answer, where what was shown is still what is there.
struct RecordedGrants {
  Grants grants;
  std::string stale;  ///< why a record does not hold
};

/// `skillrun allow` for what was prepared, with the options without which it would look at something else.
std::string allow_words(const GlobalOptions& options, const RunRequest& request) {
  std::string words = "skillrun";
  for (const std::string& manifest : options.manifests) words += " -m " + shell_quoted(manifest);
  for (const std::string& policy : options.policies) words += " -p " + shell_quoted(policy);
  words += " allow";
  if (!request.workdir.empty()) words += " --workdir " + shell_quoted(request.workdir);
  return fmt::format("{} {}", words, shell_quoted(name_of(request)));
}

RecordedGrants recorded_grants(const ResolvedSkill& skill, const ContainerSpec& spec, const Console& console) {
  RecordedGrants grants;
  const auto store = grant_store();
  if (!store) return grants;
  const auto records = store->read();
  if (!records) {
    console.warning(fmt::format("what `skillrun allow` recorded does not count: {}", records.error()));
    return grants;
  }
  if (records->empty()) return grants;
  auto now = record_for(skill, {});
  if (!now) return grants;  // nothing was granted to what is no file
  if (std::ranges::none_of(*records, [&](const GrantRecord& record) { return record.is_about(*now); })) return grants;
  if (const auto bound = bind_to_context(*now, spec); !bound) {
    grants.stale = fmt::format("what you allowed '{}' does not count while its build context can not be read: {}",
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

std::unexpected<RunResult> no_engine(const Detection& detection) {
  return failure(RunStatus::engine_unavailable,
                 "no container engine answered; tried:" + describe_probes(detection.probes));
}

}  // namespace

std::string user_config_directory() {
  const std::string config = environment("XDG_CONFIG_HOME");
  if (config.starts_with('/')) return config + "/skillrun";
  const std::string home = environment("HOME");
  return home.starts_with('/') ? home + "/.config/skillrun" : "";
}

std::optional<GrantStore> grant_store() {
  const std::string config = user_config_directory();
  return config.empty() ? std::nullopt : std::optional(GrantStore(config + "/grants"));
}

DiscoveryOptions discovery_options(const GlobalOptions& options) {
  DiscoveryOptions discovery;
  discovery.explicit_paths = options.manifests;
  const std::string named = environment("SKILLRUN_MANIFEST");
  for (const std::string_view path : split(named, ':')) {
    if (!path.empty()) discovery.environment_paths.emplace_back(path);
  }
  std::error_code error;
  discovery.start_directory = fs::current_path(error).string();
  if (const std::string config = user_config_directory(); !config.empty()) {
    discovery.user_directory = config + "/manifests";
  }
  discovery.system_directory = "/etc/skillrun/manifests";
  discovery.installed_directory = installed_manifests();
  discovery.uid = static_cast<std::uint32_t>(getuid());
  return discovery;
}

std::expected<SkillCatalog, RunResult> open_catalog(const GlobalOptions& options, const Console& console) {
  auto discovery = discover_manifests(discovery_options(options));
  if (!discovery) return failure(RunStatus::invalid_manifest, discovery.error());
  mark_doubted(*discovery);
  for (const std::string& warning : discovery->warnings) console.warning(warning);
  return SkillCatalog(std::move(*discovery));
}

void warn_of_doubted(const SkillCatalog& catalog, const Console& console) {
  for (const ManifestCandidate& candidate : catalog.discovery().candidates) {
    if (candidate.doubt.empty()) continue;
    console.warning(fmt::format("{} is not believed: {}", printable(candidate.path), candidate.doubt));
  }
}

std::expected<std::shared_ptr<const Policy>, RunResult> load_policy(const GlobalOptions& options,
                                                                    const Console& console) {
  std::error_code error;
  const auto found = find_policies({.system_folder = "/etc/skillrun",
                                    .user_folder = user_config_directory(),
                                    .start_directory = fs::current_path(error).string(),
                                    .uid = static_cast<std::uint32_t>(getuid())},
                                   options.policies);
  if (!found) return failure(RunStatus::refused, found.error() + "; without it nothing passes");
  for (const std::string& warning : found->warnings) console.warning(warning);
  const LocalPolicyFiles files(found->projects);
  auto policy = Policy::fold(found->inputs, &files);
  if (!policy) {
    const SourcePtr& source = policy.error().front().source;
    return failure(
        RunStatus::refused,
        fmt::format("the policy '{}' is not valid; without it nothing passes", source ? printable(source->name) : ""),
        std::move(policy.error()));
  }
  if (auto doubt = why_doubted(**policy)) return failure(RunStatus::refused, std::move(*doubt));
  return *policy;
}

std::chrono::year_month_day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

std::expected<Prepared, RunResult> prepare(const GlobalOptions& options, const RunRequest& request,
                                           const Console& console) {
  auto policy = load_policy(options, console);
  if (!policy) return std::unexpected(std::move(policy.error()));
  auto catalog = open_catalog(options, console);
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  auto found = catalog->find(request.skill);
  if (!found) {
    if (const auto* missing = std::get_if<NoSuchSkill>(&found.error())) return no_such_skill(*missing);
    if (const auto* doubted = std::get_if<DoubtedManifest>(&found.error())) return in_doubt(*doubted, request.skill);
    Findings findings = std::move(std::get<Findings>(found.error()));
    const std::string file = findings.empty() || !findings.front().source ? "" : findings.front().source->name;
    std::string message = fmt::format("the manifest {} is not valid ({}); mend it, or name another with -m",
                                      printable(file), errors_in(findings));
    return failure(RunStatus::invalid_manifest, std::move(message), std::move(findings));
  }
  if (found->skill->runtime_kind != RuntimeKind::docker) {
    return failure(RunStatus::invalid_manifest,
                   fmt::format("skill '{}' does not run in a container (runtime {}); skillrun runs docker skills only",
                               request.skill, found->skill->runtime ? found->skill->runtime->value : "unknown"));
  }
  const CallerContext caller = CallerContext::current(request.workdir);
  const EnvironmentVariables variables;
  auto resolved = resolve_skill(*found->manifest, *found->skill, request.instance, caller, variables);
  if (!resolved) {
    std::string message =
        fmt::format("skill '{}' can not be resolved ({})", request.skill, errors_in(resolved.error()));
    return failure(RunStatus::invalid_manifest, std::move(message), std::move(resolved.error()));
  }
  log::info("skill {} from {}", request.skill, found->manifest->source->name);
  auto by_options = option_grants(request);
  if (!by_options) return failure(RunStatus::engine_error, std::move(by_options.error()));
  RunOverrides overrides = request.overrides;
  overrides.grants = *by_options;
  ContainerSpec spec = normalize(*resolved, overrides, caller, variables);
  spec.grant_command = allow_words(options, request);
  RecordedGrants recorded = recorded_grants(*resolved, spec, console);
  std::ranges::move(recorded.grants, std::back_inserter(spec.grants));
  spec.deciding = deciding_documents(discovery_options(options), catalog->discovery());
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

void tell_findings(const Prepared& prepared, const Findings& findings, const Console& console) {
  console.findings(findings);
  for (const Grant& grant : prepared.options) {
    const auto used = [&](const Finding& finding) { return finding.granted == grant.by; };
    if (grant.kind == AskKind::mount && std::ranges::none_of(findings, used)) {
      console.warning(fmt::format("{} grants nothing: the manifest mounts nothing there that has to be asked for",
                                  printable(grant.by)));
    }
  }
  if (!prepared.stale.empty() && asks_for_something(findings)) console.warning(prepared.stale);
}

std::string describe_probes(const std::vector<Probe>& probes) {
  std::string text;
  for (const Probe& probe : probes) {
    text += fmt::format("\n  {}: {}", printable(probe.place), printable(probe.outcome));
    if (!probe.advice.empty()) text += fmt::format("\n    {}", printable(probe.advice));
  }
  return text;
}

std::expected<std::unique_ptr<Engine>, RunResult> find_engine(const GlobalOptions& options) {
  DetectionContext context = DetectionContext::current();
  context.selection = options.engine;
  Detection detection = detect_engine(context);
  if (!detection.engine) return no_engine(detection);
  return std::move(detection.engine);
}

HostHere host_here(const GlobalOptions& options, const Cancellation* cancellation) {
  DetectionContext context = DetectionContext::current();
  context.selection = options.engine;
  HostHere here{.detection = detect_engine(context, false, CallLimits{.cancellation = cancellation}), .view = nullptr};
  if (Engine* engine = here.detection.engine.get()) {
    const EngineInfo& info = engine->info();
    log::info("engine {} {} ({})", info.kind, info.version, info.endpoint);
    here.view = std::make_unique<EngineHost>(*engine, today());
  } else {
    here.view = std::make_unique<LocalHost>(std::nullopt, today());
  }
  return here;
}

namespace {

/// What is granted is known by its real path, which the caller's view does not see: such errors wait for one that does.
bool is_final(const Refusal& refusal, const Prepared& prepared) {
  const bool granted = !prepared.spec.grants.empty() || !prepared.policy->data().settings.grants.empty();
  return std::ranges::any_of(refusal.findings, [&](const Finding& finding) {
    return finding.severity == Severity::error && !finding.waived && !(granted && finding.ask);
  });
}

}  // namespace

Judgement judge_here(const GlobalOptions& options, const Prepared& prepared, AskEngine ask,
                     const Cancellation* cancellation) {
  auto early = admit(*prepared.policy, prepared.spec, CallerView());
  const bool refused_early = !early && is_final(early.error(), prepared);
  if (refused_early && ask == AskEngine::to_run) return {.verdict = std::move(early), .detection = {}};
  HostHere here = host_here(options, cancellation);
  auto verdict = admit(*prepared.policy, prepared.spec, *here.view);
  const bool refused_by_words = refused_early && verdict;
  return {.verdict = std::move(refused_by_words ? early : verdict), .detection = std::move(here.detection)};
}

RunResult refused_result(Refusal refused, const Prepared& prepared) {
  std::string message = fmt::format("skill '{}' is refused by the policy {} ({}); nothing was run",
                                    printable(name_of(refused.spec)), refused.policy, errors_in(refused.findings));
  const auto grantable = [](const Finding& finding) {
    return finding.severity != Severity::error || finding.waived || (finding.ask && !finding.ask->closed);
  };
  if (!prepared.stale.empty() && asks_for_something(refused.findings)) {
    message += "\n  " + prepared.stale;
  } else if (std::ranges::all_of(refused.findings, grantable)) {
    message +=
        fmt::format("\n  `{}` shows all that it asks for, and grants it if you want that", refused.spec.grant_command);
  }
  RunResult result = failure(RunStatus::refused, std::move(message), std::move(refused.findings)).error();
  result.skill = refused.spec.skill;
  result.instance = refused.spec.instance;
  result.image = refused.spec.image.value.familiar();
  result.policy = std::move(refused.policy);
  return result;
}

std::expected<Admitted, RunResult> admit_on_engine(const GlobalOptions& options, const Prepared& prepared,
                                                   const Cancellation* cancellation) {
  Judgement judgement = judge_here(options, prepared, AskEngine::to_run, cancellation);
  const bool engine_answered = judgement.detection.engine != nullptr;
  if (!engine_answered && cancellation != nullptr && cancellation->cancelled()) {
    return failure(RunStatus::cancelled, "interrupted");
  }
  if (!judgement.verdict) return std::unexpected(refused_result(std::move(judgement.verdict.error()), prepared));
  if (!engine_answered) return no_engine(judgement.detection);
  return Admitted{.approved = std::move(*judgement.verdict), .engine = std::move(judgement.detection.engine)};
}

}  // namespace skillrun::cli
