#include "run/verify.hpp"

#include <algorithm>

#include "run/comparison.hpp"
#include "run/gap_findings.hpp"
#include "spec/finding_at.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view rule_id = "unenforced-field";

/// True when the engine set what no spec can say: noted, and nothing is left to compare.
bool has_foreign(Comparison& comparison, const SettingRow& row) {
  bool found = false;
  for (const ForeignValue& value : comparison.observed.foreign) {
    if (value.setting != row.member.name) continue;
    found = true;
    const auto approved = fields_of_setting(row, comparison.spec);
    if (approved.size() == 1 && !approved.front().index) {
      comparison.differ(*approved.front().origin, approved.front().text(), value.text);
    } else {
      comparison.added(value.text);
    }
  }
  return found;
}

bool is_among_gaps(std::span<const EngineGap> gaps, std::string_view setting) {
  return std::ranges::any_of(gaps, [&](const EngineGap& gap) { return gap.gives_way && gap.setting == setting; });
}

bool by_default(const Origin& origin) {
  return origin.kind == OriginKind::policy_default || origin.kind == OriginKind::builtin;
}

Finding finding_of(const ContainerSpec& spec, const Origin& origin, std::string message, std::string remedy,
                   Severity severity = Severity::error) {
  return finding_at(spec, origin, rule_id, severity, std::move(message), std::move(remedy));
}

Finding finding_of(const ContainerSpec& spec, const Difference& difference) {
  Origin origin = difference.origin;
  if (origin.field.empty()) origin.field = "docker." + difference.field;
  return finding_of(spec, origin,
                    fmt::format("the engine made a different container than was approved: {} was to be {}, but is {}",
                                difference.field, printable(difference.approved), printable(difference.made)),
                    difference.unenforced
                        ? "remove the limit, or use an engine that can enforce it"
                        : "nothing ran; --dry-run shows what is asked for, the engine's inspect what it makes of it: "
                          "see what changes it in "
                          "the engine's configuration or on the way to it, and report it where neither does");
}

}  // namespace

const PartsComparison* parts_comparison(std::string_view setting) {
  for (const auto subject : {process_comparisons(), isolation_comparisons(), namespace_comparisons(),
                             mount_comparisons(), network_comparisons(), limit_comparisons()}) {
    for (const PartsComparison& comparison : subject) {
      if (comparison.setting == setting) return &comparison;
    }
  }
  return nullptr;
}

std::vector<Difference> find_differences(const Order& order, const ObservedContainer& made) {
  Comparison comparison(order, made);
  for (const SettingRow& row : schema()) {
    if (row.member.name.empty()) continue;
    comparison.enter(row.member.name);
    if (has_foreign(comparison, row) || is_among(made.untold, row.member.name)) continue;
    if (const PartsComparison* parts = parts_comparison(row.member.name)) {
      parts->compare(comparison);
    } else {
      compare_setting(comparison, row);
    }
  }
  return std::move(comparison).take();
}

ContainerSpec spec_as_made(const Order& order, const ObservedContainer& made) {
  ContainerSpec spec = order.spec;
  const Origin engine{.kind = OriginKind::builtin, .field = "the engine's configuration", .span = {}, .text = {}};
  std::erase_if(spec.mounts, [](const Setting<Mount>& mount) { return mount.value.type != MountType::tmpfs; });
  const bool privileged = made.spec.privileged && made.spec.privileged->value;
  if (privileged) spec.privileged = Setting<bool>{true, engine};
  const auto add_capability = [&](const std::string& capability) {
    const auto same = [&](const Setting<std::string>& known) { return known.value == capability; };
    if (std::ranges::none_of(spec.cap_add, same)) spec.cap_add.push_back({capability, engine});
  };
  for (const auto& capability : made.spec.cap_add) add_capability(capability.value);
  for (const std::string& capability : made.bounding_capabilities.value_or(std::vector<std::string>{})) {
    if (!privileged && !is_default_capability(capability)) add_capability(capability);
  }
  for (const auto& entry : made.spec.env) {
    const EnvironmentEntry& variable = entry.value;
    const auto declared = [&](const Setting<EnvironmentEntry>& known) { return known.value.name == variable.name; };
    const std::string text = fmt::format("{}={}", variable.name, variable.value.value_or(""));
    const bool of_image = is_among(order.image.env, text);
    if (of_image || is_engine_variable(variable.name) || std::ranges::any_of(spec.env, declared)) continue;
    spec.env.push_back({variable, engine});
  }
  return spec;
}

Findings find_moved_sources(const ContainerSpec& approved, const HostView& host) {
  Findings findings;
  for (const auto& mount : approved.mounts) {
    if (mount.value.type != MountType::bind || !host.reads_file_system()) continue;
    const auto now = host.real_path(mount.value.source);
    if (now == mount.value.source) continue;
    findings.push_back(
        finding_of(approved, mount.origin,
                   fmt::format("'{}' was moved while the container was made: it {}", printable(mount.value.source),
                               now ? fmt::format("leads to '{}' now", printable(*now)) : "cannot be resolved any more"),
                   "find out who replaces it with a symlink, and run it again"));
  }
  return findings;
}

Findings verify(const ApprovedSpec& approved, const Order& order, const ObservedContainer& made, const HostView& host) {
  Findings findings;
  for (const Difference& difference : find_differences(order, made)) {
    if (difference.unenforced && by_default(difference.origin)) {
      if (is_among_gaps(order.gaps, difference.field)) continue;
      findings.push_back(
          default_without_effect(order.spec, difference.origin, difference.field, "the engine does not apply it"));
      continue;
    }
    findings.push_back(finding_of(order.spec, difference));
  }
  for (Finding& finding : approved.judge_again(spec_as_made(order, made), host)) {
    if (finding.severity == Severity::error && !finding.waived) findings.push_back(std::move(finding));
  }
  for (Finding& finding : find_moved_sources(approved.spec(), host)) findings.push_back(std::move(finding));
  sort_findings(findings);
  return findings;
}

}  // namespace skillrun::inline v0
