#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <skillrun/policy.hpp>
#include <skillrun/report.hpp>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"
#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

json::object to_json_object(const RuleInfo& rule) {
  json::array params;
  for (const RuleParam& param : rule.params) {
    params.push_back(
        json::object{{"name", param.name}, {"type", describe(param.type)}, {"description", param.description}});
  }
  return {{"id", rule.id},
          {"severity",
           {{"privileged", to_string(rule.privileged)},
            {"baseline", to_string(rule.baseline)},
            {"restricted", to_string(rule.restricted)}}},
          {"summary", rule.summary},
          {"why", rule.why},
          {"remedy", rule.remedy},
          {"source", rule.source},
          {"params", std::move(params)}};
}

int show_page(const NamesRequest& request, const Console& console) {
  const std::string& id = request.names.front();
  const RuleInfo* rule = find_rule(id);
  if (rule == nullptr) {
    std::vector<std::string_view> ids;
    for (const RuleInfo& known : rule_catalogue()) ids.push_back(known.id);
    const auto near = closest(id, ids);
    console.error(fmt::format("no rule '{}'{}; `skillrun rules` lists all", printable(id),
                              near.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(near, " or "))));
    return failed;
  }
  const std::string page =
      request.format == OutputFormat::json ? pretty(to_json_object(*rule)) : format_rule_page(*rule);
  return console.print(page) ? success : failed;
}

void declare_rules(OptionSet& options, NamesRequest& request) {
  options.positionals("ID", request.names, 0, 1);
  options.format(request.format);
}

int run_rules(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  if (!request.names.empty()) return show_page(request, console);
  if (request.format == OutputFormat::json) {
    json::array rules;
    for (const RuleInfo& rule : rule_catalogue()) rules.emplace_back(to_json_object(rule));
    return console.print(pretty(rules)) ? success : failed;
  }
  std::vector<std::vector<std::string>> rows{{"RULE", "BASELINE", "RESTRICTED", "CHECKS"}};
  for (const RuleInfo& rule : rule_catalogue()) {
    rows.push_back({std::string(rule.id), std::string(to_string(rule.baseline)),
                    std::string(to_string(rule.restricted)), std::string(rule.summary)});
  }
  return console.print(table(rows)) ? success : failed;
}

}  // namespace

Command rules_command() {
  return Command(CommandParts<NamesRequest>{.name = "rules",
                                            .help = "List the rules of the policy engine, or show one rule's page",
                                            .place = 10,
                                            .declare = declare_rules,
                                            .run = run_rules});
}

}  // namespace skillrun::cli
