#include <algorithm>

#include <fmt/format.h>
#include <skillrun/report.hpp>

#include "app/explain.hpp"
#include "app/shown_spec.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/prepare.hpp"
#include "cli/requests.hpp"
#include "report/spec_document.hpp"
#include "spec/spec_fields.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

std::string word_of(const app::RuleVerdict& verdict) {
  using Kind = app::RuleVerdict::Kind;
  switch (verdict.kind) {
    case Kind::off: return "off";
    case Kind::pass: return "pass";
    case Kind::waived: return "waived";
    case Kind::covered: return "said by " + verdict.said_by;
    case Kind::found: return std::string(to_string(verdict.severity));
  }
  return "";
}

bool says_something(const app::RuleVerdict& verdict) {
  using Kind = app::RuleVerdict::Kind;
  return verdict.kind == Kind::found || verdict.kind == Kind::waived;
}

/// What the rules say; without `all` those that found nothing are counted.
std::string rules_in_words(const app::Prepared& prepared, const std::vector<app::RuleVerdict>& verdicts, bool all) {
  std::vector<std::vector<std::string>> rows;
  for (const app::RuleVerdict& verdict : verdicts) {
    if (all || says_something(verdict)) rows.push_back({"  " + verdict.rule, word_of(verdict)});
  }
  const auto passed = std::ranges::count(verdicts, app::RuleVerdict::Kind::pass, &app::RuleVerdict::kind);
  const auto off = std::ranges::count(verdicts, app::RuleVerdict::Kind::off, &app::RuleVerdict::kind);
  std::string text =
      fmt::format("\nrules of policy {}: {} found nothing, {} are off", prepared.policy->name(), passed, off);
  text += all ? "\n" : "; --all lists them\n";
  return text + table(rows);
}

std::string as_text(const app::Prepared& prepared, const app::Explanation& explanation, bool all,
                    const Console& console) {
  const app::Judgement& judgement = explanation.judgement;
  const ContainerSpec shown = app::shown_spec(judgement.spec());
  std::string text = fmt::format("skill {} from {}\n\n", prepared.spec.skill, prepared.found.manifest->source->name);
  std::vector<std::vector<std::string>> rows;
  for (const SpecField& field : spec_fields(shown)) {
    rows.push_back(
        {"  " + field.label(), printable(field.words()), printable(describe_origin(*field.origin, judgement.spec()))});
  }
  text += table(rows);
  text += rules_in_words(prepared, explanation.rules, all);
  if (const Findings findings = judgement.findings(); !findings.empty()) {
    text += "\n" + format_text(findings, TextStyle{.color = console.color_for_output()});
  }
  if (judgement.engine() == nullptr) text += fmt::format("\n{}\n", app::no_engine_asked);
  if (const auto& request = explanation.request) {
    text += fmt::format("\nengine {}\n ", request->engine.endpoint.empty() ? "none answers" : request->engine.endpoint);
    for (const std::string& word : request->command.words) text += " " + shell_quoted(word);
    text += "\n";
    for (const std::string& gap : request->command.gaps) {
      text += fmt::format("  not in this line: {}\n", printable(gap));
    }
  }
  text += fmt::format("\nverdict: {}\n", judgement.allowed() ? "allowed" : "refused");
  return text;
}

std::string as_json(const app::Prepared& prepared, const app::Explanation& explanation) {
  const app::Judgement& judgement = explanation.judgement;
  const Engine* engine = judgement.engine();
  const auto& request = explanation.request;
  const ContainerSpec shown = app::shown_spec(judgement.spec());
  json::object document;
  document["skill"] = prepared.spec.skill;
  document["image"] = shown.image.value.familiar();
  document["engine"] = engine == nullptr ? json::value(nullptr) : json::value(engine->info().endpoint);
  document["policy"] = prepared.policy->name();
  document["spec"] = spec_document(shown);
  document["request"] = request ? json::parse(request->json) : json::value(nullptr);
  document["argv"] = request && request->command.gaps.empty()
                         ? json::value(json::array(request->command.words.begin(), request->command.words.end()))
                         : json::value(nullptr);
  document["findings"] = to_json_array(judgement.findings());
  document["verdict"] = judgement.allowed() ? "allowed" : "refused";
  return pretty(document);
}

void declare_explain(OptionSet& options, ExplainRequest& request) {
  declare_run_options(options, request.run);
  options.flag("--all", request.all, "List every rule, not only those that have something to say");
  options.format(request.format);
}

int run_explain(const GlobalOptions& global, const ExplainRequest& request) {
  const Console console(global);
  const auto prepared = prepare(global, request.run, console);
  if (!prepared) {
    console.failure(prepared.error());
    return prepared.error().exit_status();
  }
  app::Warnings warnings;
  const app::Explanation explanation = app::explain(global, *prepared, on_terminal(), warnings);
  console.warnings(warnings);
  const bool written =
      console.print(request.format == OutputFormat::json ? as_json(*prepared, explanation)
                                                         : as_text(*prepared, explanation, request.all, console));
  if (!written) return failed;
  if (!prepared->stale.empty() && app::asks_for_something(explanation.judgement.findings())) {
    console.warning(prepared->stale);
  }
  return explanation.judgement.allowed() ? success : refused;
}

}  // namespace

Command explain_command() {
  return Command(
      CommandParts<ExplainRequest>{.name = "explain",
                                   .help = "Show what would run, where each value comes from, and what policy says",
                                   .place = 2,
                                   .declare = declare_explain,
                                   .check = [](ExplainRequest& request) { return read_run_options(request.run); },
                                   .run = run_explain});
}

}  // namespace skillrun::cli
