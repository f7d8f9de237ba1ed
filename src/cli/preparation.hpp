#pragma once

#include <chrono>
#include <expected>
#include <memory>

#include <skillrun/manifest.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/run.hpp>

#include "cli/console.hpp"
#include "cli/options.hpp"

namespace skillrun::cli {

/// A skill, read and typed but not judged, and the policy that will judge it.
struct Prepared {
  FoundSkill found;
  ResolvedSkill resolved;
  ContainerSpec spec;
  std::shared_ptr<const Policy> policy;
};

/// An approved spec and the engine that will run it.
struct Admitted {
  ApprovedSpec approved;
  std::unique_ptr<Engine> engine;
};

/// Where this invocation looks for manifests: -m, SKILLRUN_MANIFEST, the project, the user, the system, the
/// installation.
[[nodiscard]] DiscoveryOptions discovery_options(const GlobalOptions& options);

/// Discovers manifests and says what was ignored.
[[nodiscard]] std::expected<SkillCatalog, RunResult> open_catalog(const GlobalOptions& options, const Console& console);

/// The policy in force: the layers of this machine, user and project, and those that the caller names. A policy that
/// can not be read or is not valid refuses.
[[nodiscard]] std::expected<std::shared_ptr<const Policy>, RunResult> load_policy(const GlobalOptions& options,
                                                                                  const Console& console);

/// The day by the system's clock, in UTC.
[[nodiscard]] std::chrono::year_month_day today();

/// Finds, resolves and types the skill. The RunResult of a failure has its status, message and findings.
[[nodiscard]] std::expected<Prepared, RunResult> prepare(const GlobalOptions& options, const RunRequest& request,
                                                         const Console& console);

/// Judges on this machine with no engine: for what runs nothing.
[[nodiscard]] std::expected<ApprovedSpec, RunResult> admit_here(const Prepared& prepared);

/// Judges, finds an engine, and judges again with what that engine adds (its own socket, where it runs). A refusal
/// needs no engine.
[[nodiscard]] std::expected<Admitted, RunResult> admit_on_engine(const GlobalOptions& options, const Prepared& prepared,
                                                                 const Cancellation* cancellation = nullptr);

/// The engine that the options and this machine's settings select.
[[nodiscard]] std::expected<std::unique_ptr<Engine>, RunResult> find_engine(const GlobalOptions& options);

/// The text of "no engine answered": each place that was tried, why it failed, and what to do.
[[nodiscard]] std::string describe_probes(const std::vector<Probe>& probes);

}  // namespace skillrun::cli
