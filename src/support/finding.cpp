#include <skillrun/finding.hpp>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::off: return "off";
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

bool has_errors(const Findings& findings) noexcept {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error && !finding.waived; });
}

void sort_findings(Findings& findings) {
  const auto key = [](const Finding& finding) {
    return std::tuple(finding.source ? std::string_view(finding.source->name) : std::string_view{}, finding.span.begin,
                      std::string_view(finding.field), std::string_view(finding.rule),
                      std::string_view(finding.message));
  };
  // A finding is large: what is sorted are places, and each finding is moved once.
  std::vector<Finding*> order;
  order.reserve(findings.size());
  for (Finding& finding : findings) order.push_back(&finding);
  std::stable_sort(order.begin(), order.end(), [&](const Finding* a, const Finding* b) { return key(*a) < key(*b); });
  Findings sorted;
  sorted.reserve(findings.size());
  for (Finding* finding : order) sorted.push_back(std::move(*finding));
  findings = std::move(sorted);
}

std::string to_string(const std::chrono::year_month_day& day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

namespace {

json::value waived_as_json(const Finding& finding) {
  if (!finding.waived) return nullptr;
  const Waived& waived = *finding.waived;
  return json::object{{"reason", valid_utf8(waived.reason)},
                      {"owner", waived.owner.empty() ? json::value(nullptr) : json::value(valid_utf8(waived.owner))},
                      {"expires", to_string(waived.expires)},
                      {"file", waived.source ? json::value(valid_utf8(waived.source->name)) : json::value(nullptr)},
                      {"line", waived.span.begin.line}};
}

json::value ask_as_json(const Finding& finding) {
  if (!finding.ask) return nullptr;
  const Ask& ask = *finding.ask;
  return json::object{{"kind", to_string(ask.kind)},
                      {"subject", valid_utf8(ask.subject)},
                      {"writes", ask.writes},
                      {"closed", ask.closed}};
}

}  // namespace

json::object to_json_object(const Finding& finding) {
  json::object object;
  object["rule"] = finding.rule;
  object["severity"] = to_string(finding.severity);
  object["message"] = valid_utf8(finding.message);
  object["skill"] = valid_utf8(finding.skill);
  object["instance"] = finding.instance ? json::value(valid_utf8(*finding.instance)) : json::value(nullptr);
  object["file"] = finding.source ? json::value(valid_utf8(finding.source->name)) : json::value(nullptr);
  object["line"] = finding.span.begin.line;
  object["column"] = finding.span.begin.column;
  object["end_line"] = finding.span.end.line;
  object["end_column"] = finding.span.end.column;
  object["field"] = valid_utf8(finding.field);
  object["evidence"] = valid_utf8(finding.evidence);
  object["remediation"] = valid_utf8(finding.remediation);
  if (!finding.fingerprint.empty()) object["fingerprint"] = finding.fingerprint;
  object["waived"] = waived_as_json(finding);
  object["ask"] = ask_as_json(finding);
  object["granted"] = finding.granted.empty() ? json::value(nullptr) : json::value(valid_utf8(finding.granted));
  json::array covers;
  for (const CoveredRule& covered : finding.covers) covers.push_back(json::string(covered.rule));
  object["covers"] = std::move(covers);
  return object;
}

json::array to_json_array(const Findings& findings) {
  json::array array;
  array.reserve(findings.size());
  for (const Finding& finding : findings) array.push_back(to_json_object(finding));
  return array;
}

}  // namespace skillrun::inline v0
