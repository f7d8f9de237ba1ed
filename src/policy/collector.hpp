#pragma once

#include <string_view>
#include <unordered_map>

#include <skillrun/host_view.hpp>

#include "policy/policy_data.hpp"
#include "policy/rules/support/rule.hpp"

namespace skillrun::inline v0 {

/// The parsers' findings by their field, for a spec with many of both. Takes no memory before it is first asked.
class KnownProblems {
 public:
  explicit KnownProblems(const Findings& problems) : problems_(problems) {}

  /// True when a parser said it already: a value that could not be read is not also missing.
  [[nodiscard]] bool cover(std::string_view rule, const Origin& origin);

 private:
  const Findings& problems_;
  std::unordered_multimap<std::string_view, const Finding*> by_field_;
};

/// Completes what checks report with what they need not know. A parser that reported the same said it better.
class Collector final : public FindingSink {
 public:
  Collector(const Policy& policy, const ContainerSpec& spec, const HostView& host, Findings& findings)
      : policy_(policy), spec_(spec), host_(host), findings_(findings), known_(spec.problems) {}

  /// What is reported from now on is of this rule, at most with this severity. The rule outlives its checks.
  void enter(const RuleInfo& rule, Severity severity) {
    rule_ = &rule;
    severity_ = severity;
  }

 private:
  void take(const Origin& origin, std::string message, std::string remedy, Severity most) override;
  bool take_ask(Ask ask, const Origin& origin, std::string message, std::string remedy, Severity most) override;

  [[nodiscard]] bool in_compose() const noexcept { return spec_.runner == Runner::compose; }

  const Policy& policy_;
  const ContainerSpec& spec_;
  const HostView& host_;
  Findings& findings_;
  KnownProblems known_;
  const RuleInfo* rule_ = nullptr;
  Severity severity_ = Severity::error;
};

}  // namespace skillrun::inline v0
