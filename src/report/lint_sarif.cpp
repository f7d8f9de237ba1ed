// SARIF 2.1.0 (OASIS standard), as code scanning services read it.
#include <map>
#include <string>

#include <fmt/format.h>
#include <skillrun/rule.hpp>
#include <skillrun/version.hpp>

#include "report/lint_formats.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

std::string_view level(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info: return "note";
    case Severity::off: return "none";
  }
  return "error";
}

json::object rule_object(const Policy& policy, const std::string& id) {
  json::object rule{{"id", id}};
  rule["shortDescription"] = {{"text", rule_summary(policy, id)}};
  rule["defaultConfiguration"] = {{"level", level(policy.severity(id))}};
  const RuleInfo* info = find_rule(id);
  if (info == nullptr) return rule;
  rule["fullDescription"] = {{"text", fmt::format("{}. {}.", info->summary, info->why)}};
  rule["help"] = {
      {"text", fmt::format("{}.\n\nRemedy: {}.\n\n`skillrun rules {}` says more.", info->why, info->remedy, id)},
      {"markdown", fmt::format("{}.\n\n**Remedy:** {}.\n\nSource: {}\n\n`skillrun rules {}` says more.", info->why,
                               info->remedy, info->source, id)}};
  rule["properties"] = {{"tags", json::array{"security", "container"}}, {"precision", "very-high"}};
  return rule;
}

/// The rules that the results name, numbered by id.
class Rules {
 public:
  explicit Rules(const LintReport& report) {
    for (const LintedFile& file : report.files) {
      for (const Finding& finding : file.findings) indexes_.try_emplace(finding.rule, 0);
    }
    std::size_t next = 0;
    for (auto& [id, index] : indexes_) {
      index = next++;
      objects_.push_back(rule_object(*report.policy, id));
    }
  }

  [[nodiscard]] std::size_t index(const std::string& id) const { return indexes_.at(id); }
  [[nodiscard]] json::array take() && { return std::move(objects_); }

 private:
  std::map<std::string, std::size_t> indexes_;
  json::array objects_;
};

json::object location(const LintedFile& file, const Finding& finding) {
  const std::string path = uri_path(path_of(file, finding));
  const bool absolute = path.starts_with('/');
  json::object artifact{{"uri", absolute ? "file://" + path : path}};
  if (!absolute) artifact["uriBaseId"] = "%SRCROOT%";
  json::object physical{{"artifactLocation", std::move(artifact)}};
  if (finding.span.known()) {
    physical["region"] = {{"startLine", finding.span.begin.line},
                          {"startColumn", finding.span.begin.column},
                          {"endLine", finding.span.end.line},
                          {"endColumn", finding.span.end.column}};
  }
  json::object object{{"physicalLocation", std::move(physical)}};
  std::string name = subject(finding);
  if (!finding.field.empty()) name += (name.empty() ? "" : ".") + printable(finding.field);
  if (!name.empty()) object["logicalLocations"] = json::array{{{"fullyQualifiedName", name}}};
  return object;
}

json::object result_object(const LintedFile& file, const Finding& finding, const Rules& rules) {
  json::object result{{"ruleId", finding.rule},
                      {"ruleIndex", rules.index(finding.rule)},
                      {"level", level(finding.severity)},
                      {"message", {{"text", message_with_remedy(finding)}}},
                      {"locations", list_of(location(file, finding))},
                      {"partialFingerprints", {{"skillrun/v1", finding.fingerprint}}}};
  if (finding.ask) {
    result["properties"] = {
        {"ask",
         {{"kind", to_string(finding.ask->kind)},
          {"subject", printable(finding.ask->subject)},
          {"writes", finding.ask->writes},
          {"closed", finding.ask->closed}}},
        {"granted", finding.granted.empty() ? json::value(nullptr) : json::value(printable(finding.granted))}};
  }
  if (finding.waived) {
    const bool in_source = finding.waived->source == file.source;
    result["suppressions"] = list_of(json::object{{"kind", in_source ? "inSource" : "external"},
                                                  {"status", "accepted"},
                                                  {"justification", printable(finding.waived->reason)}});
  }
  return result;
}

}  // namespace

std::string lint_as_sarif(const LintReport& report) {
  Rules rules(report);
  json::array results;
  for (const LintedFile& file : report.files) {
    for (const Finding& finding : file.findings) results.push_back(result_object(file, finding, rules));
  }
  json::object driver{
      {"name", "skillrun"}, {"version", version}, {"semanticVersion", version}, {"rules", std::move(rules).take()}};
  json::object run{{"tool", {{"driver", std::move(driver)}}},
                   {"columnKind", "unicodeCodePoints"},
                   {"originalUriBaseIds", {{"%SRCROOT%", {{"description", {{"text", "the repository's root"}}}}}}},
                   {"results", std::move(results)}};
  return pretty(json::object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                             {"version", "2.1.0"},
                             {"runs", list_of(std::move(run))}});
}

}  // namespace skillrun::inline v0
