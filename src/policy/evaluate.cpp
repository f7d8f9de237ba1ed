#include <algorithm>
#include <optional>

#include <skillrun/host_view.hpp>
#include <skillrun/rule.hpp>

#include "policy/collector.hpp"
#include "policy/covered.hpp"
#include "policy/judge.hpp"
#include "policy/policy_data.hpp"

namespace skillrun::inline v0 {

namespace {

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
  say_once(findings);
  return findings;
}

Findings evaluate(const Policy& policy, const ContainerSpec& spec, const HostView& host) {
  return judge(policy, data_of(policy).active, spec, MemoHost(host), InlineWaivers::if_not_forbidden);
}

}  // namespace skillrun::inline v0
