#include "policy/collector.hpp"

#include <algorithm>
#include <utility>

#include "policy/grants.hpp"
#include "spec/finding_at.hpp"

namespace skillrun::inline v0 {

bool KnownProblems::cover(std::string_view rule, const Origin& origin) {
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

void Collector::take(const Origin& origin, std::string message, std::string remedy, Severity most) {
  if (known_.cover(rule_->id, origin)) return;
  if (findings_.empty()) findings_.reserve(8);
  if (remedy.empty()) remedy = in_compose() && !rule_->compose_remedy.empty() ? rule_->compose_remedy : rule_->remedy;
  findings_.push_back(
      finding_at(spec_, origin, rule_->id, std::min(severity_, most), std::move(message), std::move(remedy)));
}

bool Collector::take_ask(Ask ask, const Origin& origin, std::string message, std::string remedy, Severity most) {
  if (known_.cover(rule_->id, origin)) return false;
  std::string by = granted_by(policy_, spec_, rule_->id, ask, host_);
  const bool granted = !by.empty();
  if (granted) {
    most = std::min(most, Severity::info);
  } else {
    // No run asks for what a service gets: nobody could be answered.
    if (!in_compose()) remedy += (remedy.empty() ? "" : "; ") + way_to_grant(policy_, spec_, rule_->id, ask);
    ask.closed = ask.closed || !locked_by(policy_, rule_->id).empty();
  }
  take(origin, std::move(message), std::move(remedy), most);
  findings_.back().ask = std::move(ask);
  findings_.back().granted = std::move(by);
  return granted;
}

}  // namespace skillrun::inline v0
