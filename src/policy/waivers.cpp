#include "policy/waivers.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "policy/document/inline_waiver.hpp"
#include "policy/policy_data.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expired_waiver = "expired-waiver";
constexpr std::string_view unused_waiver = "unused-waiver";
constexpr std::string_view remove_it = "remove the waiver, or fix it so that it covers a finding";

/// What one waiver says, wherever it stands.
struct Claim {
  std::string_view rule;
  Waived waived;
};

class Application {
 public:
  Application(const Policy& policy, const ContainerSpec& spec, const HostView& host, Findings& findings)
      : policy_(policy), spec_(spec), today_(host.today()), findings_(findings) {}

  void waiver(const PolicyWaiver& waiver) {
    if (waiver.skill != spec_.skill || (waiver.instance && waiver.instance != spec_.instance)) return;
    const Claim claim{.rule = waiver.rule,
                      .waived = {.reason = waiver.reason,
                                 .owner = waiver.owner,
                                 .expires = waiver.expires,
                                 .source = waiver.origin.source,
                                 .span = waiver.origin.span}};
    apply(claim, [&](const Finding& finding) {
      return (!waiver.field || finding.field == *waiver.field) &&
             (!waiver.evidence || finding.evidence == *waiver.evidence);
    });
  }

  void directive(const Directive& directive, const std::optional<std::string>& ignored) {
    if (directive.skill != spec_.skill) return;
    const auto report = [&](std::string_view rule, std::string message, std::string remedy) {
      add(rule, spec_.source, directive.span, directive.text, std::move(message), std::move(remedy));
    };
    const auto waiver = parse_inline_waiver(directive.text);
    if (!waiver) {
      return report("invalid-value", "a waiver that cannot be read: " + waiver.error(),
                    "write # skillrun: allow RULE until YYYY-MM-DD -- reason");
    }
    if (!data_of(policy_).knows(waiver->rule)) {
      return report("invalid-value", fmt::format("no rule '{}'", printable(waiver->rule)),
                    "`skillrun rules` lists all");
    }
    if (ignored) return report(unused_waiver, *ignored, std::string(remove_it));
    if (const auto why = data_of(policy_).unwaivable(waiver->rule)) {
      return report(unused_waiver, fmt::format("{} cannot be waived: {}", waiver->rule, *why), "remove the comment");
    }
    const Claim claim{.rule = waiver->rule,
                      .waived = {.reason = waiver->reason,
                                 .owner = {},
                                 .expires = waiver->expires,
                                 .source = spec_.source,
                                 .span = directive.span}};
    apply(claim, [&](const Finding& finding) {
      return finding.source == spec_.source &&
             (finding.span.begin.line == directive.line || finding.span.end.line == directive.line);
    });
  }

 private:
  template <class Covers>
  void apply(const Claim& claim, Covers covers) {
    if (!today_) return;
    if (*today_ > claim.waived.expires) {
      add(expired_waiver, claim.waived.source, claim.waived.span, std::string(claim.rule),
          fmt::format("the waiver of {} expired on {}", claim.rule, to_string(claim.waived.expires)),
          "fix what it was for, or renew it with a later day");
      return;
    }
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      Finding& finding = findings_[i];
      // What a parser refuses did not reach the spec: letting it pass would drop what the manifest declares.
      const bool refused_by_parser = i < spec_.problems.size() && spec_.problems[i].severity == Severity::error;
      if (finding.rule != claim.rule || finding.waived || refused_by_parser || !covers(finding)) continue;
      finding.waived = claim.waived;
    }
  }

  void add(std::string_view rule, const SourcePtr& source, Span span, std::string evidence, std::string message,
           std::string remedy) {
    const Severity severity = policy_.severity(rule);
    if (severity == Severity::off) return;
    findings_.push_back(Finding{.rule = std::string(rule),
                                .severity = severity,
                                .message = std::move(message),
                                .skill = spec_.skill,
                                .instance = spec_.instance,
                                .source = source,
                                .span = span,
                                .field = "waiver",
                                .evidence = std::move(evidence),
                                .remediation = std::move(remedy)});
  }

  const Policy& policy_;
  const ContainerSpec& spec_;
  std::optional<std::chrono::year_month_day> today_;
  Findings& findings_;
};

/// Why the comments of manifests count for nothing, as a message; nothing when they count.
std::optional<std::string> why_ignored(const PolicySettings& settings, InlineWaivers mode) {
  const auto& said = settings.inline_waivers;
  if (said && !said->value) return fmt::format("{} forbids waivers in comments", describe(said->origin));
  if (mode == InlineWaivers::if_not_forbidden || said) return std::nullopt;
  return "a comment waives nothing when the skill runs: its author would be allowing it; a policy can ask for it with "
         "inline_waivers: true";
}

}  // namespace

void apply_waivers(const Policy& policy, const ContainerSpec& spec, const HostView& host, InlineWaivers mode,
                   Findings& findings) {
  const PolicyData& data = data_of(policy);
  if (data.waivers.empty() && !spec.directives) return;
  Application application(policy, spec, host, findings);
  for (const PolicyWaiver& waiver : data.waivers) application.waiver(waiver);
  if (!spec.directives) return;
  const auto ignored = why_ignored(data.settings, mode);
  for (const Directive& directive : *spec.directives) application.directive(directive, ignored);
}

Findings unused_waivers(const Policy& policy, const Manifest& manifest, const Findings& findings) {
  Findings unused;
  const Severity severity = policy.severity(unused_waiver);
  if (severity == Severity::off) return unused;
  std::set<std::tuple<const SourceText*, Position, Position>> places;
  for (const Finding& finding : findings) {
    places.emplace(finding.source.get(), finding.span.begin, finding.span.end);
    if (finding.waived) {
      const Waived& waived = *finding.waived;
      places.emplace(waived.source.get(), waived.span.begin, waived.span.end);
    }
  }
  const auto report = [&](const SourcePtr& source, Span span, std::string skill, std::string evidence,
                          std::string message) {
    if (places.contains({source.get(), span.begin, span.end})) return;
    unused.push_back(Finding{.rule = std::string(unused_waiver),
                             .severity = severity,
                             .message = std::move(message),
                             .skill = std::move(skill),
                             .instance = {},
                             .source = source,
                             .span = span,
                             .field = "waiver",
                             .evidence = std::move(evidence),
                             .remediation = std::string(remove_it)});
  };
  for (const PolicyWaiver& waiver : data_of(policy).waivers) {
    if (manifest.find_skill(waiver.skill) == nullptr) continue;
    report(waiver.origin.source, waiver.origin.span, waiver.skill, waiver.rule,
           fmt::format("the waiver of {} waives nothing", waiver.rule));
  }
  if (manifest.directives) {
    for (const Directive& directive : *manifest.directives) {
      report(manifest.source, directive.span, directive.skill, directive.text,
             directive.skill.empty() ? "the waiver is not beside a value of a skill" : "the waiver waives nothing");
    }
  }
  sort_findings(unused);
  return unused;
}

}  // namespace skillrun::inline v0
