#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <skillrun/host_view.hpp>
#include <skillrun/rule.hpp>

#include "policy/grants.hpp"
#include "policy/judge.hpp"
#include "policy/policy_data.hpp"
#include "spec/finding_at.hpp"

namespace skillrun::inline v0 {

namespace {

/// The parsers' findings by their field, for a spec with many of both. Takes no memory before it is first asked.
class KnownProblems {
 public:
  explicit KnownProblems(const Findings& problems) : problems_(problems) {}

  /// True when a parser said it already: a value that could not be read is not also missing.
  [[nodiscard]] bool cover(std::string_view rule, const Origin& origin) {
    if (problems_.empty()) return false;
    if (by_field_.empty()) {
      for (const Finding& problem : problems_) by_field_.emplace(problem.field, &problem);
    }
    const auto [first, last] = by_field_.equal_range(origin.field);
    return std::any_of(first, last, [&](const auto& entry) {
      const Finding& problem = *entry.second;
      return problem.rule == rule || (origin.text.empty() && problem.severity == Severity::error);
    });
  }

 private:
  const Findings& problems_;
  std::unordered_multimap<std::string_view, const Finding*> by_field_;
};

/// Completes what checks report with what they need not know. A parser that reported the same said it better.
class Collector final : public FindingSink {
 public:
  Collector(const Policy& policy, const ContainerSpec& spec, const HostView& host, Findings& findings)
      : policy_(policy), spec_(spec), host_(host), findings_(findings), known_(spec.problems) {}

  void enter(const RuleInfo& rule, Severity severity) {
    rule_ = &rule;
    severity_ = severity;
  }

 private:
  void take(const Origin& origin, std::string message, std::string remedy, Severity most) override {
    if (known_.cover(rule_->id, origin)) return;
    if (findings_.empty()) findings_.reserve(8);
    findings_.push_back(finding_at(spec_, origin, rule_->id, std::min(severity_, most), std::move(message),
                                   remedy.empty() ? std::string(rule_->remedy) : std::move(remedy)));
  }

  bool take_ask(Ask ask, const Origin& origin, std::string message, std::string remedy, Severity most) override {
    if (known_.cover(rule_->id, origin)) return false;
    std::string by = granted_by(policy_, spec_, rule_->id, ask, host_);
    const bool granted = !by.empty();
    if (granted) {
      most = std::min(most, Severity::info);
    } else {
      remedy += (remedy.empty() ? "" : "; ") + way_to_grant(policy_, spec_, rule_->id, ask);
      ask.closed = ask.closed || !locked_by(policy_, rule_->id).empty();
    }
    take(origin, std::move(message), std::move(remedy), most);
    findings_.back().ask = std::move(ask);
    findings_.back().granted = std::move(by);
    return granted;
  }

  const Policy& policy_;
  const ContainerSpec& spec_;
  const HostView& host_;
  Findings& findings_;
  KnownProblems known_;
  const RuleInfo* rule_ = nullptr;
  Severity severity_ = Severity::error;
};

/// A volume that the engine has already keeps the driver and options that it was made with, whatever the manifest says.
/// Nothing when there is none.
std::optional<ContainerSpec> with_existing_volumes(const ContainerSpec& spec, const HostView& host) {
  std::optional<ContainerSpec> changed;
  for (std::size_t i = 0; i < spec.mounts.size(); ++i) {
    const Mount& declared = spec.mounts[i].value;
    if (declared.type != MountType::volume || declared.source.empty()) continue;
    const auto volume = host.existing_volume(declared.source);
    if (!volume) continue;
    if (!changed) changed = spec;
    Mount& mount = changed->mounts[i].value;
    mount.driver = volume->driver;
    mount.driver_options.clear();
    for (const auto& [key, value] : volume->options) mount.driver_options.push_back({key, value});
  }
  return changed;
}

}  // namespace

Findings apply_severities(const Policy& policy, Findings findings) {
  for (Finding& finding : findings) finding.severity = std::max(finding.severity, policy.severity(finding.rule));
  return findings;
}

Findings judge(const Policy& policy, std::span<const ActiveRule> order, const ContainerSpec& declared,
               const MemoHost& host, InlineWaivers mode) {
  const std::optional<ContainerSpec> changed = with_existing_volumes(declared, host);
  const ContainerSpec& spec = changed ? *changed : declared;
  const PolicyData& data = data_of(policy);
  Findings findings = apply_severities(policy, spec.problems);
  Collector collector(policy, spec, host, findings);
  for (const ActiveRule& rule : order) {
    const Severity severity = rule.minimum == nullptr ? rule.severity : std::max(rule.severity, rule.minimum(spec));
    if (severity == Severity::off) continue;
    collector.enter(*rule.info, severity);
    rule.check(RuleContext{spec, host, *rule.params}, collector);
  }
  for (const CustomRule* rule : data.custom) {
    const RuleInfo page{.id = rule->id,
                        .privileged = Severity::info,
                        .baseline = rule->severity,
                        .restricted = rule->severity,
                        .summary = rule->message,
                        .why = {},
                        .remedy = rule->remedy,
                        .source = {}};
    collector.enter(page, rule->severity);
    check_custom(*rule, spec, collector);
  }
  apply_waivers(policy, spec, host, mode, findings);
  sort_findings(findings);
  return findings;
}

Findings evaluate(const Policy& policy, const ContainerSpec& spec, const HostView& host) {
  return judge(policy, data_of(policy).active, spec, MemoHost(host), InlineWaivers::if_not_forbidden);
}

}  // namespace skillrun::inline v0
