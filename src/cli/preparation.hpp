#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/run.hpp>

#include "cli/console.hpp"
#include "cli/grant_store.hpp"
#include "cli/options.hpp"

namespace skillrun::cli {

/// A skill, read and typed but not judged, and the policy that will judge it.
struct Prepared {
  FoundSkill found;
  ResolvedSkill resolved;
  ContainerSpec spec;
  std::shared_ptr<const Policy> policy;
  Grants options;          ///< what the command line grants; a part of the spec's
  std::string stale = {};  ///< why what was granted earlier does not hold, for people; empty: it does, or nothing was
};

/// An approved spec and the engine that will run it.
struct Admitted {
  ApprovedSpec approved;
  std::unique_ptr<Engine> engine;
};

/// $XDG_CONFIG_HOME/skillrun, or ~/.config/skillrun; empty when there is no home.
[[nodiscard]] std::string user_config_directory();

/// The caller's answers to `skillrun allow`; nothing when there is no home.
[[nodiscard]] std::optional<GrantStore> grant_store();

/// Where this invocation looks for manifests: -m, SKILLRUN_MANIFEST, the project, the user, the system, the
/// installation.
[[nodiscard]] DiscoveryOptions discovery_options(const GlobalOptions& options);

/// Discovers manifests and says what was ignored.
[[nodiscard]] std::expected<SkillCatalog, RunResult> open_catalog(const GlobalOptions& options, const Console& console);

/// One warning for each manifest that no run would believe.
void warn_of_doubted(const SkillCatalog& catalog, const Console& console);

/// The policy in force: the layers of this machine, user and project, and those that the caller names. A policy that
/// can not be read or is not valid refuses.
[[nodiscard]] std::expected<std::shared_ptr<const Policy>, RunResult> load_policy(const GlobalOptions& options,
                                                                                  const Console& console);

/// The day by the system's clock, in UTC.
[[nodiscard]] std::chrono::year_month_day today();

/// Finds, resolves and types the skill. The RunResult of a failure has its status, message and findings.
[[nodiscard]] std::expected<Prepared, RunResult> prepare(const GlobalOptions& options, const RunRequest& request,
                                                         const Console& console);

/// The view by which everything is judged that could run here: this machine's, with what the engine adds that the
/// options select (its socket, its volumes, its platform, where it runs). Without an engine the machine's alone.
struct HostHere {
  Detection detection;  ///< with the engine, where one answers
  std::unique_ptr<HostView> view;
};

/// True when a finding is about what somebody could grant and nobody has.
[[nodiscard]] bool asks_for_something(const Findings& findings);

/// The findings of a skill that may run, and why what was granted earlier does not hold.
void tell_findings(const Prepared& prepared, const Findings& findings, const Console& console);

[[nodiscard]] HostHere host_here(const GlobalOptions& options, const Cancellation* cancellation = nullptr);

/// Whether an engine is asked about what needs none to be refused.
enum class AskEngine : std::uint8_t {
  to_run,  ///< not about what is refused by the manifest's words alone
  always,  ///< so that every finding is shown
};

/// What `run` does with a skill, and what explain and --dry-run say it would.
struct Judgement {
  std::expected<ApprovedSpec, Refusal> verdict;
  Detection detection;  ///< nothing was tried where no engine was asked
};

/// What is to be said of a verdict while no engine answers.
inline constexpr std::string_view no_engine_asked =
    "no engine answers: its volumes and its platform were not judged, and `run` will do so";

/// The one way to a verdict. A spec passes when it does by the manifest's words and by what is here.
[[nodiscard]] Judgement judge_here(const GlobalOptions& options, const Prepared& prepared, AskEngine ask,
                                   const Cancellation* cancellation = nullptr);

/// The result of a run that policy has refused.
[[nodiscard]] RunResult refused_result(Refusal refusal, const Prepared& prepared);

/// judge_here() for what goes on with the engine. A refusal needs none.
[[nodiscard]] std::expected<Admitted, RunResult> admit_on_engine(const GlobalOptions& options, const Prepared& prepared,
                                                                 const Cancellation* cancellation = nullptr);

/// The engine that the options and this machine's settings select.
[[nodiscard]] std::expected<std::unique_ptr<Engine>, RunResult> find_engine(const GlobalOptions& options);

/// The text of "no engine answered": each place that was tried, why it failed, and what to do.
[[nodiscard]] std::string describe_probes(const std::vector<Probe>& probes);

}  // namespace skillrun::cli
