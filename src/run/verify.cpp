#include "run/verify.hpp"

#include <array>

#include "engine/log.hpp"
#include "run/comparison.hpp"
#include "spec/finding_at.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::string_view rule_id = "unenforced-field";

std::array<std::span<const FieldComparison>, 6> all_comparisons() {
  return {process_comparisons(), security_comparisons(), namespace_comparisons(),
          mount_comparisons(),   network_comparisons(),  limit_comparisons()};
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
  return finding_of(
      spec, origin,
      fmt::format("the engine made another container than was approved: {} was to be {}, and is {}", difference.field,
                  printable(difference.approved), printable(difference.made)),
      difference.unenforced
          ? "remove the limit, or use an engine that can enforce it"
          : "run it again; if it stays, look for a program between skillrun and the engine, or report it");
}

}  // namespace

std::vector<Difference> find_differences(const Order& order, const MadeContainer& made) {
  Comparison comparison(order, made);
  for (const auto& family : all_comparisons()) {
    for (const FieldComparison& field : family) {
      if (field.compare == nullptr) continue;
      comparison.enter(field.name);
      field.compare(comparison);
    }
  }
  return std::move(comparison).take();
}

std::vector<VerifiedField> verified_fields() {
  std::vector<VerifiedField> fields;
  for (const auto& family : all_comparisons()) {
    for (const FieldComparison& field : family) fields.push_back({field.name, field.why_not});
  }
  return fields;
}

ContainerSpec spec_as_made(const Order& order, const MadeContainer& made) {
  ContainerSpec spec = order.spec;
  const Origin engine{.kind = OriginKind::builtin, .field = "the engine's configuration", .span = {}, .text = {}};
  std::erase_if(spec.mounts, [](const Setting<Mount>& mount) { return mount.value.type != MountType::tmpfs; });
  if (made.privileged) spec.privileged = Setting<bool>{true, engine};
  const auto add_capability = [&](const std::string& capability) {
    const auto same = [&](const Setting<std::string>& known) { return known.value == capability; };
    if (std::ranges::none_of(spec.cap_add, same)) spec.cap_add.push_back({capability, engine});
  };
  for (const std::string& capability : made.cap_add) add_capability(capability);
  for (const std::string& capability : made.bounding_caps.value_or(std::vector<std::string>{})) {
    if (!made.privileged && !is_default_capability(capability)) add_capability(capability);
  }
  for (const std::string& text : made.env) {
    const std::size_t sign = std::min(text.find('='), text.size());
    const std::string name = text.substr(0, sign);
    const auto declared = [&](const Setting<EnvironmentEntry>& entry) { return entry.value.name == name; };
    const bool of_image = std::ranges::find(order.image.env, text) != order.image.env.end();
    if (of_image || is_engine_variable(name) || std::ranges::any_of(spec.env, declared)) continue;
    spec.env.push_back({EnvironmentEntry{.name = name, .value = text.substr(std::min(sign + 1, text.size()))}, engine});
  }
  return spec;
}

Findings find_moved_sources(const ContainerSpec& approved, const HostView& host) {
  Findings findings;
  for (const auto& mount : approved.mounts) {
    if (mount.value.type != MountType::bind || !host.reads_file_system()) continue;
    const auto now = host.real_path(mount.value.source);
    if (now == mount.value.source) continue;
    findings.push_back(finding_of(
        approved, mount.origin,
        fmt::format("'{}' was moved while the container was made: it {}", printable(mount.value.source),
                    now ? fmt::format("leads to '{}' now", printable(*now)) : "can not be resolved any more"),
        "find out who replaces it by a symlink, and run it again"));
  }
  return findings;
}

Findings verify(const ApprovedSpec& approved, const Order& order, const MadeContainer& made, const HostView& host) {
  Findings findings;
  for (const Difference& difference : find_differences(order, made)) {
    if (difference.unenforced && by_default(difference.origin)) {
      std::string what =
          fmt::format("the policy's default for {} has no effect: the engine does not apply it", difference.field);
      log::info("{}", what);
      findings.push_back(finding_of(order.spec, difference.origin, std::move(what),
                                    "nothing is to be done, unless the skill needs it: then name an engine that can",
                                    Severity::info));
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

}  // namespace skillrun
