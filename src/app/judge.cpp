#include "app/judge.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/failure.hpp"
#include "app/places.hpp"
#include "engine/log.hpp"
#include "policy/policy_data.hpp"
#include "run/gap_findings.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace {

/// Knows who calls and nothing of any file system: whose paths they are is not known before there is an engine.
class CallerView final : public LexicalHost {
 public:
  CallerView() : LexicalHost(app::today()) {}
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

/// What is granted is known by its real path, which the caller's view does not see: such errors wait for one that does.
bool is_final(const Refusal& refusal, const Prepared& prepared) {
  const bool granted = !prepared.spec.grants.empty() || !data_of(*prepared.policy).settings.grants.empty();
  return std::ranges::any_of(refusal.findings, [&](const Finding& finding) {
    return finding.severity == Severity::error && !finding.waived && !(granted && finding.ask);
  });
}

/// What of a spec an engine cannot honour, but for what may give way; empty: nothing.
std::string misfit_of(const Engine& engine, const ContainerSpec& spec) {
  std::vector<std::string> settings;
  for (const EngineGap& gap : engine.gaps(spec)) {
    if (!gap.gives_way) settings.push_back(gap.setting);
  }
  return settings.empty() ? "" : fmt::format("cannot honour {}", fmt::join(settings, ", "));
}

/// Says it where another engine than usual was chosen: images and volumes are kept by each for itself.
void tell_choice(const Detection& detection, Warnings& warnings) {
  for (const Probe& probe : detection.probes) {
    if (probe.misfit.empty()) continue;
    const EngineInfo& info = detection.engine->info();
    warnings.push_back(fmt::format("{} {}: {} ({}) is taken instead", printable(probe.place), probe.misfit, info.kind,
                                   printable(info.endpoint)));
  }
}

}  // namespace

Findings Judgement::findings() const {
  Findings all = verdict ? verdict->findings() : verdict.error().findings;
  all.insert(all.end(), gaps.begin(), gaps.end());
  sort_findings(all);
  return all;
}

HostHere host_here(const Selection& selection, const Cancellation* cancellation, const EngineMisfit& misfit) {
  DetectionContext context = DetectionContext::current();
  context.selection = selection.engine;
  HostHere here{.detection = detect_engine(context, false, CallLimits{.cancellation = cancellation}, misfit),
                .view = nullptr};
  if (Engine* engine = here.detection.engine.get()) {
    const EngineInfo& info = engine->info();
    log::info("engine {} {} ({})", info.kind, info.version, info.endpoint);
    here.view = std::make_unique<EngineHost>(*engine, today());
  } else {
    here.view = std::make_unique<LocalHost>(std::nullopt, today());
  }
  return here;
}

Judgement judge_here(const Selection& selection, const Prepared& prepared, AskEngine ask, Warnings& warnings,
                     const Cancellation* cancellation) {
  auto early = admit(*prepared.policy, prepared.spec, CallerView());
  const bool refused_early = !early && is_final(early.error(), prepared);
  if (refused_early && ask == AskEngine::to_run) return {.verdict = std::move(early), .detection = {}, .gaps = {}};
  const ContainerSpec& judged = early ? early->spec() : early.error().spec;
  HostHere here = host_here(selection, cancellation, [&](const Engine& engine) { return misfit_of(engine, judged); });
  tell_choice(here.detection, warnings);
  auto verdict = admit(*prepared.policy, prepared.spec, *here.view);
  const bool refused_by_words = refused_early && verdict;
  Judgement judgement{
      .verdict = std::move(refused_by_words ? early : verdict), .detection = std::move(here.detection), .gaps = {}};
  if (const Engine* engine = judgement.engine(); engine != nullptr && judgement.verdict) {
    judgement.gaps = gap_findings(*engine, judgement.spec());
  }
  return judgement;
}

RunResult refused_result(Judgement judgement, const Prepared& prepared) {
  Findings findings = judgement.findings();
  const ContainerSpec& spec = judgement.spec();
  const std::string policy = judgement.verdict ? judgement.verdict->policy() : judgement.verdict.error().policy;
  std::string message = judgement.verdict ? cannot_honour(judgement.engine()->info())
                                          : fmt::format("skill '{}' is refused by the policy {} ({}); nothing was run",
                                                        printable(name_of(spec)), policy, errors_in(findings));
  const auto grantable = [](const Finding& finding) {
    return finding.severity != Severity::error || finding.waived || (finding.ask && !finding.ask->closed);
  };
  if (!prepared.stale.empty() && asks_for_something(findings)) {
    message += "\n  " + prepared.stale;
  } else if (judgement.verdict) {
    message += passed_over(judgement.detection);
  } else if (std::ranges::all_of(findings, grantable)) {
    message += fmt::format("\n  `{}` shows all that it asks for, and grants it if you want that", spec.grant_command);
  }
  RunResult result = failure(outcome::Failed{RunFailure::refused}, std::move(message), std::move(findings)).error();
  result.skill = spec.skill;
  result.instance = spec.instance;
  result.image = spec.image.value.familiar();
  result.policy = policy;
  return result;
}

std::expected<Admitted, RunResult> admit_on_engine(const Selection& selection, const Prepared& prepared,
                                                   Warnings& warnings, const Cancellation* cancellation) {
  Judgement judgement = judge_here(selection, prepared, AskEngine::to_run, warnings, cancellation);
  const bool engine_answered = judgement.engine() != nullptr;
  if (!engine_answered && cancellation != nullptr && cancellation->cancelled()) {
    return failure(outcome::Cancelled{}, "interrupted");
  }
  if (!judgement.verdict) return std::unexpected(refused_result(std::move(judgement), prepared));
  if (!engine_answered) return no_engine(judgement.detection);
  std::string others = passed_over(judgement.detection);
  return Admitted{.approved = std::move(*judgement.verdict),
                  .engine = std::move(judgement.detection.engine),
                  .passed_over = std::move(others)};
}

std::expected<std::unique_ptr<Engine>, RunResult> find_engine(const Selection& selection) {
  DetectionContext context = DetectionContext::current();
  context.selection = selection.engine;
  Detection detection = detect_engine(context);
  if (!detection.engine) return no_engine(detection);
  return std::move(detection.engine);
}

std::unexpected<RunResult> no_engine(const Detection& detection) {
  return failure(outcome::Failed{RunFailure::engine_unavailable},
                 "no container engine answered; tried:" + describe_probes(detection.probes));
}

std::string passed_over(const Detection& detection) {
  std::vector<Probe> others;
  for (const Probe& probe : detection.probes) {
    if (probe.chosen) break;
    // Where nothing is there to be mended there is no advice.
    if (!probe.usable && !probe.advice.empty()) others.push_back(probe);
  }
  if (others.empty() || !detection.engine) return {};
  return fmt::format("\n  {} was taken because these do not answer:{}", printable(detection.engine->info().endpoint),
                     describe_probes(others));
}

std::string describe_probes(const std::vector<Probe>& probes) {
  std::string text;
  for (const Probe& probe : probes) {
    text += fmt::format("\n  {}: {}", printable(probe.place), printable(probe.outcome));
    if (!probe.advice.empty()) text += fmt::format("\n    {}", printable(probe.advice));
  }
  return text;
}

}  // namespace skillrun::app
