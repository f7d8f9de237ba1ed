#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>

#include <skillrun/manifest.hpp>
#include <skillrun/normalize.hpp>
#include <skillrun/policy.hpp>

#include "manifest/document_kind.hpp"

namespace skillrun::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline std::shared_ptr<const Policy> baseline_with_comments(const char* value) {
  const auto policy = Policy::parse(std::make_shared<const SourceText>(SourceText{
      .name = "comments.yaml",
      .directory = {},
      .text = std::string("apiVersion: skillrun.policy/v1\nname: comments\ninline_waivers: ") + value + "\n"}));
  require(policy.has_value());
  return *policy;
}

/// Judges a skill of a manifest with waivers in comments. Holds: they take no finding away and let nothing run by
/// themselves; what is waived was waived by one of them, and no parser had refused it; a policy can forbid them.
inline Findings judge_comments(const Manifest& manifest, const ContainerSpec& spec) {
  static const auto allowing = baseline_with_comments("true");
  static const auto forbidding = baseline_with_comments("false");
  const LexicalHost host(std::chrono::year(2026) / 11 / 21);
  const auto baseline = Policy::builtin("baseline");
  ContainerSpec silent = spec;
  silent.directives = nullptr;
  const auto without = admit(*baseline, silent, host);
  for (const auto& policy : {baseline, forbidding}) {
    const auto admitted = admit(*policy, spec, host);
    // To report a comment may refuse more, never less.
    if (admitted) require(without.has_value());
  }
  const auto admitted = admit(*allowing, spec, host);
  if (admitted) require(!has_errors(spec.problems));
  const auto is_waived = [](const Finding& finding) { return finding.waived.has_value(); };
  require(std::ranges::none_of(evaluate(*forbidding, spec, host), is_waived));
  Findings findings = evaluate(*baseline, spec, host);
  require(findings.size() >= evaluate(*baseline, silent, host).size());
  for (const Finding& finding : findings) {
    if (!finding.waived) continue;
    require(!finding.waived->reason.empty() && finding.waived->source == manifest.source);
    require(std::ranges::any_of(*manifest.directives, [&](const Directive& directive) {
      return directive.skill == spec.skill && directive.span == finding.waived->span &&
             directive.text.contains(finding.rule);
    }));
  }
  return findings;
}

/// Reads a manifest and resolves what it declares. Holds: a failure has an error, a success has none, and whatever is
/// reported can be printed and lies in the text.
inline void read_manifest(const std::uint8_t* data, std::size_t size, ManifestFormat format) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{"fuzz", "/srv", std::string(reinterpret_cast<const char*>(data), size)});
  const auto manifest = parse_manifest(source, format);
  const auto check = [](const Findings& findings) {
    for (const Finding& finding : findings) {
      require(!finding.rule.empty() && !finding.message.empty() && finding.source != nullptr);
      require(finding.span.known() && finding.span.begin <= finding.span.end);
    }
  };
  if (!manifest) {
    require(has_errors(manifest.error()));
    check(manifest.error());
    return;
  }
  require(!has_errors(manifest->warnings));
  // Nothing that declares skills is passed over as something else.
  if (!manifest->skills.empty()) require(document_kind(source->text, format) == DocumentKind::manifest);
  check(manifest->warnings);
  const MapVariables variables({{"A", "a"}, {"EMPTY", ""}});
  const CallerContext caller{.workdir = "/w", .cwd = "/w", .home = "/h", .uid = 1, .gid = 1};
  Findings findings;
  for (const SkillDefinition& skill : manifest->skills) {
    const auto resolved = resolve_skill(*manifest, skill, {}, caller, variables, UndefinedVariables::warning);
    if (!resolved) require(has_errors(resolved.error()));
    if (resolved && manifest->directives) {
      std::ranges::move(judge_comments(*manifest, normalize(*resolved, {}, caller, variables)),
                        std::back_inserter(findings));
    }
    for (const InstanceDefinition& instance : skill.instances) {
      (void)resolve_skill(*manifest, skill, instance.name, caller, variables, UndefinedVariables::error);
    }
  }
  if (manifest->directives) check(unused_waivers(*Policy::builtin("baseline"), *manifest, findings));
}

}  // namespace skillrun::fuzz
