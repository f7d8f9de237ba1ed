#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include <skillrun/detection.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/run.hpp>

#include "app/prepare.hpp"
#include "app/selection.hpp"

namespace skillrun::app {

/// The view by which everything is judged that could run here: this machine's, with what the engine adds that is
/// selected (its socket, its volumes, its platform, where it runs). Without an engine the machine's alone.
struct HostHere {
  Detection detection;  ///< with the engine, where one answers
  std::unique_ptr<HostView> view;
};

/// `misfit`: see detect_engine().
[[nodiscard]] HostHere host_here(const Selection& selection, const Cancellation* cancellation = nullptr,
                                 const EngineMisfit& misfit = {});

/// Whether an engine is asked about what needs none to be refused.
enum class AskEngine : std::uint8_t {
  to_run,  ///< not about what is refused by the manifest's words alone
  always,  ///< so that every finding is shown
};

/// What `run` does with a skill, and what explain and --dry-run say it would.
struct Judgement {
  std::expected<ApprovedSpec, Refusal> verdict;
  Detection detection;  ///< nothing was tried where no engine was asked
  Findings gaps;        ///< what the engine could not honour of an approved spec; an error among them: nothing runs

  [[nodiscard]] bool allowed() const { return verdict && !has_errors(gaps); }
  /// With the policy's defaults, approved or not.
  [[nodiscard]] const ContainerSpec& spec() const { return verdict ? verdict->spec() : verdict.error().spec; }
  /// All that there is to say of it, sorted.
  [[nodiscard]] Findings findings() const;
  [[nodiscard]] const Engine* engine() const { return detection.engine.get(); }
};

/// What is to be said of a verdict while no engine answers.
inline constexpr std::string_view no_engine_asked =
    "no engine answers: its volumes and its platform were not judged, and `run` will do so";

/// The one way to a verdict. A spec passes when it does by the manifest's words and by what is here.
/// Of the engines that could be chosen the first that can honour the spec is; where none can, the first.
[[nodiscard]] Judgement judge_here(const Selection& selection, const Prepared& prepared, AskEngine ask,
                                   Warnings& warnings, const Cancellation* cancellation = nullptr);

/// The result of a run that policy has refused, or that the engine could not honour.
[[nodiscard]] RunResult refused_result(Judgement judgement, const Prepared& prepared);

/// An approved spec and the engine that will run it.
struct Admitted {
  ApprovedSpec approved;
  std::unique_ptr<Engine> engine;
  std::string passed_over;  ///< see passed_over()
};

/// judge_here() for what goes on with the engine. A refusal needs none.
[[nodiscard]] std::expected<Admitted, RunResult> admit_on_engine(const Selection& selection, const Prepared& prepared,
                                                                 Warnings& warnings,
                                                                 const Cancellation* cancellation = nullptr);

/// The engine that is selected.
[[nodiscard]] std::expected<std::unique_ptr<Engine>, RunResult> find_engine(const Selection& selection);

/// The failure of who needs an engine where none answered.
[[nodiscard]] std::unexpected<RunResult> no_engine(const Detection& detection);

/// What to add to a failure that may be the engine's: the engines that would have come before the one that was chosen
/// and do not answer, each on lines of its own with why and what to do. Empty when there are none.
[[nodiscard]] std::string passed_over(const Detection& detection);

/// The text of "no engine answered": each place that was tried, why it failed, and what to do.
[[nodiscard]] std::string describe_probes(const std::vector<Probe>& probes);

}  // namespace skillrun::app
