#include "policy/waivers.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/collector.hpp"
#include "policy/covered.hpp"
#include "policy/document/inline_waiver.hpp"
#include "policy/policy_data.hpp"
#include "policy/rules/support/rule.hpp"
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
  const Floor* floor = nullptr;  ///< what it cannot undo; null: nothing but what is locked
};

class Application {
 public:
  Application(const Policy& policy, const ContainerSpec& spec, const HostView& host, Findings& findings)
      : policy_(policy), spec_(spec), host_(host), today_(host.today()), findings_(findings) {}

  void waiver(const PolicyWaiver& waiver) {
    if (waiver.skill != spec_.skill || (waiver.instance && waiver.instance != spec_.instance)) return;
    const Claim claim{.rule = waiver.rule,
                      .waived = {.reason = waiver.reason,
                                 .owner = waiver.owner,
                                 .expires = waiver.expires,
                                 .source = waiver.origin.source,
                                 .span = waiver.origin.span},
                      .floor = waiver.floor.get()};
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
                    "write # skillrun: allow RULE[, RULE] until YYYY-MM-DD -- reason");
    }
    if (ignored && std::ranges::all_of(waiver->rules, [&](const std::string& rule) { return knows(rule); })) {
      return report(unused_waiver, *ignored, std::string(remove_it));
    }
    for (const std::string& rule : waiver->rules) {
      if (!knows(rule)) {
        report("invalid-value", fmt::format("no rule '{}'", printable(rule)), "`skillrun rules` lists all");
        continue;
      }
      if (ignored) continue;
      if (const auto why = data_of(policy_).unwaivable(rule)) {
        report(unused_waiver, fmt::format("{} cannot be waived: {}", rule, *why), "remove it from the comment");
        continue;
      }
      const Claim claim{.rule = rule,
                        .waived = {.reason = waiver->reason,
                                   .owner = {},
                                   .expires = waiver->expires,
                                   .source = spec_.source,
                                   .span = directive.span}};
      apply(claim, [&](const Finding& finding) {
        return finding.source == spec_.source &&
               (directive.covers(finding.span.begin.line) || directive.covers(finding.span.end.line));
      });
    }
  }

 private:
  [[nodiscard]] bool knows(const std::string& rule) const { return data_of(policy_).knows(rule); }

  template <class Covers>
  void apply(const Claim& claim, Covers covers) {
    if (!today_) return;
    if (*today_ > claim.waived.expires) {
      add(expired_waiver, claim.waived.source, claim.waived.span, std::string(claim.rule),
          fmt::format("the waiver of {} expired on {}", claim.rule, to_string(claim.waived.expires)),
          "fix what it was for, or renew it with a later day");
      return;
    }
    std::vector<std::size_t> meant;
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      const Finding& finding = findings_[i];
      if (finding.rule == claim.rule && !finding.waived && covers(finding)) meant.push_back(i);
    }
    // Whoever accepts what is at fault with a value by its strongest name accepts its weaker ones.
    for (std::size_t i = 0, named = meant.size(); i < findings_.size() && named > 0; ++i) {
      const Finding& weak = findings_[i];
      if (weak.rule == claim.rule || weak.waived || data_of(policy_).unwaivable(weak.rule)) continue;
      const auto is_named = [&](std::size_t strong) { return is_covered(weak, findings_[strong]); };
      if (std::any_of(meant.begin(), meant.begin() + static_cast<std::ptrdiff_t>(named), is_named)) meant.push_back(i);
    }
    for (const std::size_t i : meant) waive(i, claim);
  }

  /// A finding that the layers below demand keeps what severity they give it, and a mere info is nobody's demand.
  void waive(std::size_t index, const Claim& claim) {
    Finding& finding = findings_[index];
    const bool of_parser = index < spec_.problems.size();
    // What a parser refuses did not reach the spec: letting it pass would drop what the manifest declares.
    if (of_parser && spec_.problems[index].severity == Severity::error) return;
    const Severity demanded = claim.floor == nullptr ? Severity::off : demand(*claim.floor, finding, of_parser);
    if (demanded > Severity::info) {
      finding.severity = std::min(finding.severity, demanded);
    } else {
      finding.waived = claim.waived;
    }
  }

  /// How severe the finding is to the layers below.
  [[nodiscard]] Severity demand(const Floor& floor, const Finding& finding, bool of_parser) const {
    const RuleInfo* info = find_rule(finding.rule);
    if (info == nullptr) return floor.of_custom(finding.rule);
    const auto index = static_cast<std::size_t>(info - rule_catalogue().data());
    const Floor::Demand& below = floor.demands[index];
    const Rule& rule = all_rules()[index];
    if (of_parser || rule.check == nullptr) return below.severity;
    const Severity severity = rule.minimum == nullptr ? below.severity : std::max(below.severity, rule.minimum(spec_));
    if (severity == Severity::off) return severity;
    Findings found;
    Collector collector(policy_, spec_, host_, found);
    collector.enter(*info, severity);
    rule.check(RuleContext{spec_, host_, below.params}, collector);
    Severity highest = Severity::off;
    for (const Finding& other : found) {
      if (same_value(other, finding)) highest = std::max(highest, other.severity);
    }
    return highest;
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
  const HostView& host_;
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
  std::set<std::tuple<const SourceText*, Position, std::string_view>> used;  // which of a comment's rules
  for (const Finding& finding : findings) {
    places.emplace(finding.source.get(), finding.span.begin, finding.span.end);
    if (finding.waived) {
      const Waived& waived = *finding.waived;
      places.emplace(waived.source.get(), waived.span.begin, waived.span.end);
      used.emplace(waived.source.get(), waived.span.begin, finding.rule);
      for (const CoveredRule& covered : finding.covers) {
        used.emplace(waived.source.get(), waived.span.begin, covered.rule);
      }
    }
  }
  const auto add = [&](const SourcePtr& source, Span span, std::string skill, std::string evidence,
                       std::string message) {
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
  const auto says_nothing = [&](const SourcePtr& source, Span span) {
    return !places.contains({source.get(), span.begin, span.end});
  };
  for (const PolicyWaiver& waiver : data_of(policy).waivers) {
    if (manifest.find_skill(waiver.skill) == nullptr) continue;
    // One that only brought a finding down to what other layers demand left no mark in it.
    if (waiver.floor && std::ranges::any_of(findings, [&](const Finding& finding) {
          return finding.rule == waiver.rule && finding.skill == waiver.skill &&
                 finding.severity < policy.severity(waiver.rule);
        })) {
      continue;
    }
    if (!says_nothing(waiver.origin.source, waiver.origin.span)) continue;
    add(waiver.origin.source, waiver.origin.span, waiver.skill, waiver.rule,
        fmt::format("the waiver of {} waives nothing{}", waiver.rule,
                    waiver.floor ? " that its own policy, and no other, makes stricter" : ""));
  }
  if (manifest.directives) {
    for (const Directive& directive : *manifest.directives) {
      if (says_nothing(manifest.source, directive.span)) {
        add(manifest.source, directive.span, directive.skill, directive.text,
            directive.skill.empty() ? "the waiver is not beside a value of a skill" : "the waiver waives nothing");
        continue;
      }
      const auto waiver = parse_inline_waiver(directive.text);
      const auto is_used = [&](const std::string& rule) {
        return used.contains({manifest.source.get(), directive.span.begin, rule});
      };
      if (!waiver || std::ranges::none_of(waiver->rules, is_used)) continue;  // what is wrong with it was said
      for (const std::string& rule : waiver->rules) {
        if (is_used(rule)) continue;
        add(manifest.source, directive.span, directive.skill, rule,
            fmt::format("the waiver of {} waives nothing, beside others that do", rule));
      }
    }
  }
  sort_findings(unused);
  return unused;
}

}  // namespace skillrun::inline v0
