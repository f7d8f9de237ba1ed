#include "cli/preparation.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "engine/log.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// $XDG_CONFIG_HOME/skillrun, or ~/.config/skillrun; empty when there is no home.
std::string user_config_directory() {
  const std::string config = environment("XDG_CONFIG_HOME");
  if (config.starts_with('/')) return config + "/skillrun";
  const std::string home = environment("HOME");
  return home.starts_with('/') ? home + "/.config/skillrun" : "";
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
  const auto count = std::ranges::count(findings, Severity::error, &Finding::severity);
  return fmt::format("{} error{}", count, count == 1 ? "" : "s");
}

std::unexpected<RunResult> refusal(Refusal refused) {
  std::string message = fmt::format("skill '{}' is refused by the policy {} ({}); nothing was run", refused.spec.skill,
                                    refused.policy, errors_in(refused.findings));
  auto result = failure(RunStatus::refused, std::move(message), std::move(refused.findings));
  result.error().policy = std::move(refused.policy);
  return result;
}

}  // namespace

DiscoveryOptions discovery_options(const GlobalOptions& options) {
  DiscoveryOptions discovery;
  discovery.explicit_paths = options.manifests;
  for (const std::string_view path : split(environment("SKILLRUN_MANIFEST"), ':')) {
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
  for (const std::string& warning : discovery->warnings) console.warning(warning);
  return SkillCatalog(std::move(*discovery));
}

std::vector<std::string> policy_layer_files() {
  std::vector<fs::path> places{"/etc/skillrun/policy.yaml"};
  if (const std::string config = user_config_directory(); !config.empty()) places.emplace_back(config + "/policy.yaml");
  std::error_code error;
  for (fs::path folder = fs::current_path(error); !error; folder = folder.parent_path()) {
    places.push_back(folder / ".skillrun/policy.yaml");
    if (folder == folder.parent_path()) break;
  }
  std::vector<std::string> found;
  for (const fs::path& place : places) {
    // A file that can not even be looked at counts as there: an unreadable floor must not vanish.
    const fs::file_status status = fs::symlink_status(place, error);
    if (fs::exists(status) || status.type() == fs::file_type::none) found.push_back(place.string());
  }
  return found;
}

std::expected<std::shared_ptr<const Policy>, RunResult> load_policy(const GlobalOptions& options) {
  if (const auto layers = policy_layer_files(); !layers.empty()) {
    return failure(
        RunStatus::refused,
        fmt::format("policy files are not supported as layers by this version: {}; running without them could "
                    "relax what they ask for, so nothing runs while they are there. Name one policy with -p "
                    "instead and move these away",
                    fmt::join(layers, ", ")));
  }
  if (options.policies.size() > 1) {
    return failure(RunStatus::refused, "this version takes one policy; -p was given more than once");
  }
  const std::string name = options.policies.empty() ? "baseline" : options.policies.front();
  if (auto policy = Policy::builtin(name)) return policy;
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    return failure(
        RunStatus::refused,
        fmt::format("no policy '{}': neither a built-in policy (baseline, restricted, privileged) nor a file "
                    "that can be read",
                    printable(name)));
  }
  SourceText source{.name = name, .directory = fs::absolute(name).parent_path().string(), .text = {}};
  source.text.resize(max_manifest_size + 1);
  file.read(source.text.data(), static_cast<std::streamsize>(source.text.size()));
  if (file.bad()) return failure(RunStatus::refused, fmt::format("can not read the policy '{}'", printable(name)));
  source.text.resize(static_cast<std::size_t>(file.gcount()));
  if (source.text.size() > max_manifest_size) {
    return failure(RunStatus::refused, fmt::format("the policy '{}' is larger than 1 MiB", printable(name)));
  }
  auto policy = Policy::parse(std::make_shared<const SourceText>(std::move(source)));
  if (!policy) {
    return failure(RunStatus::refused, fmt::format("the policy '{}' is not valid; nothing was run", printable(name)),
                   std::move(policy.error()));
  }
  return *policy;
}

std::expected<Prepared, RunResult> prepare(const GlobalOptions& options, const RunRequest& request,
                                           const Console& console) {
  auto policy = load_policy(options);
  if (!policy) return std::unexpected(std::move(policy.error()));
  auto catalog = open_catalog(options, console);
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  auto found = catalog->find(request.skill);
  if (!found) {
    if (const auto* missing = std::get_if<NoSuchSkill>(&found.error())) return no_such_skill(*missing);
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
  ContainerSpec spec = normalize(*resolved, request.overrides, caller, variables);
  return Prepared{.found = std::move(*found),
                  .resolved = std::move(*resolved),
                  .spec = std::move(spec),
                  .policy = std::move(*policy)};
}

std::string describe_probes(const std::vector<Probe>& probes) {
  std::string text;
  for (const Probe& probe : probes) {
    text += fmt::format("\n  {}: {}", printable(probe.place), printable(probe.outcome));
    if (!probe.advice.empty()) text += fmt::format("\n    {}", printable(probe.advice));
  }
  return text;
}

std::expected<ApprovedSpec, RunResult> admit_here(const Prepared& prepared) {
  auto approved = admit(*prepared.policy, prepared.spec, LocalHost());
  if (!approved) return refusal(std::move(approved.error()));
  return std::move(*approved);
}

std::expected<Admitted, RunResult> admit_on_engine(const GlobalOptions& options, const Prepared& prepared,
                                                   const Cancellation* cancellation) {
  if (auto early = admit_here(prepared); !early) return std::unexpected(std::move(early.error()));
  DetectionContext context = DetectionContext::current();
  context.selection = options.engine;
  Detection detection = detect_engine(context, false, CallLimits{.cancellation = cancellation});
  if (!detection.engine) {
    if (cancellation != nullptr && cancellation->cancelled()) return failure(RunStatus::cancelled, "interrupted");
    return failure(RunStatus::engine_unavailable,
                   "no container engine answered; tried:" + describe_probes(detection.probes));
  }
  const EngineInfo& info = detection.engine->info();
  log::info("engine {} {} ({})", info.kind, info.version, info.endpoint);
  auto approved = admit(*prepared.policy, prepared.spec, LocalHost(info.socket));
  if (!approved) return refusal(std::move(approved.error()));
  return Admitted{.approved = std::move(*approved), .engine = std::move(detection.engine)};
}

}  // namespace skillrun::cli
