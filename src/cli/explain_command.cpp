#include <algorithm>

#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/preparation.hpp"
#include "cli/request.hpp"
#include "policy/policy_data.hpp"
#include "report/spec_document.hpp"
#include "spec/spec_fields.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// A judgement, and what was judged.
struct Explanation {
  const ContainerSpec& spec;  ///< with the policy's defaults; approved or not
  const Findings& findings;
  bool allowed;
  const Engine* engine;  ///< null: none answers
};

Explanation explanation_of(const Judgement& judgement) {
  const auto& verdict = judgement.verdict;
  return {.spec = verdict ? verdict->spec() : verdict.error().spec,
          .findings = verdict ? verdict->findings() : verdict.error().findings,
          .allowed = verdict.has_value(),
          .engine = judgement.detection.engine.get()};
}

/// Each rule and what it says of this spec, in the order of the catalogue, the policy's own after them.
std::vector<std::vector<std::string>> verdicts(const Explanation& judgement, const Policy& policy) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](std::string_view id, Severity severity) {
    const auto count = std::ranges::count_if(judgement.findings, [&](const Finding& f) { return f.rule == id; });
    const auto waived =
        std::ranges::count_if(judgement.findings, [&](const Finding& f) { return f.rule == id && f.waived; });
    rows.push_back({"  " + std::string(id), severity == Severity::off ? "off"
                                            : count == 0              ? "pass"
                                            : count == waived         ? "waived"
                                                                      : std::string(to_string(severity))});
  };
  for (const RuleInfo& rule : rule_catalogue()) add(rule.id, policy.severity(rule.id));
  for (const CustomRule& rule : policy.data().settings.custom) add(rule.id, rule.severity);
  return rows;
}

std::string as_text(const Prepared& prepared, const Explanation& judgement, const Request& request,
                    const Console& console) {
  std::string text = fmt::format("skill {} from {}\n\n", prepared.spec.skill, prepared.found.manifest->source->name);
  std::vector<std::vector<std::string>> rows;
  for (const SpecField& field : spec_fields(judgement.spec)) {
    rows.push_back(
        {"  " + field.label(),
         printable(field.value.is_string() ? std::string(field.value.get_string()) : json::serialize(field.value)),
         printable(describe_origin(*field.origin, judgement.spec))});
  }
  text += table(rows);
  text += fmt::format("\nrules of policy {}\n", prepared.policy->name());
  text += table(verdicts(judgement, *prepared.policy));
  if (!judgement.findings.empty()) {
    text += "\n" + format_text(judgement.findings, TextStyle{.color = console.color_for_output()});
  }
  if (judgement.engine == nullptr) text += fmt::format("\n{}\n", no_engine_asked);
  if (judgement.allowed) {
    text += fmt::format("\nengine {}\n ", request.engine.endpoint.empty() ? "none answers" : request.engine.endpoint);
    for (const std::string& word : request.command.words) text += " " + shell_quoted(word);
    text += "\n";
    for (const std::string& gap : request.command.gaps) text += fmt::format("  not in this line: {}\n", printable(gap));
  }
  return text + fmt::format("\nverdict: {}\n", judgement.allowed ? "allowed" : "refused");
}

std::string as_json(const Prepared& prepared, const Explanation& judgement, const Request& request) {
  json::object document;
  document["skill"] = prepared.spec.skill;
  document["image"] = judgement.spec.image.value.familiar();
  document["engine"] = request.engine.endpoint.empty() ? json::value(nullptr) : json::value(request.engine.endpoint);
  document["policy"] = prepared.policy->name();
  document["spec"] = spec_document(judgement.spec);
  // A refused spec is never rendered: nothing that policy said no to is put into an engine's words.
  document["request"] = judgement.allowed ? json::parse(request.json) : json::value(nullptr);
  document["argv"] = judgement.allowed && request.command.gaps.empty()
                         ? json::value(json::array(request.command.words.begin(), request.command.words.end()))
                         : json::value(nullptr);
  document["findings"] = to_json_array(judgement.findings);
  document["verdict"] = judgement.allowed ? "allowed" : "refused";
  return pretty(document);
}

}  // namespace

int explain_command(const Invocation& invocation) {
  const Console console(invocation.global);
  const auto prepared = prepare(invocation.global, invocation.run, console);
  if (!prepared) {
    console.failure(prepared.error());
    return prepared.error().exit_status();
  }
  const Judgement judgement = judge_here(invocation.global, *prepared, AskEngine::always);
  const Explanation explanation = explanation_of(judgement);
  Request request;
  if (explanation.engine != nullptr) request.engine = explanation.engine->info();
  if (explanation.allowed) request = render_request(explanation.engine, explanation.spec);
  const bool written =
      console.print(invocation.format == OutputFormat::json ? as_json(*prepared, explanation, request)
                                                            : as_text(*prepared, explanation, request, console));
  if (!written) return failed;
  if (!prepared->stale.empty() && asks_for_something(explanation.findings)) console.warning(prepared->stale);
  return explanation.allowed ? success : refused;
}

}  // namespace skillrun::cli
