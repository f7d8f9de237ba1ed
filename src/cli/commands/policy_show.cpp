#include "app/load_policy.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/named_policy.hpp"
#include "cli/requests.hpp"
#include "report/policy_report.hpp"
#include "support/json.hpp"

namespace skillrun::cli {

namespace {

void declare_policy_show(OptionSet& options, NamesRequest& request) {
  options.positionals("NAME", request.names, 0, 1);
  options.format(request.format);
  options.footer(
      "NAME is a built-in policy (baseline, restricted, privileged) or a file. Without it: the policy in force "
      "here,\n"
      "made of the layers of this machine, the user and the project, and of -p.\n\n"
      "The output is a policy document; a comment beside each setting names the document that made it.");
}

int run_policy_show(const GlobalOptions& global, const NamesRequest& request) {
  const Console console(global);
  app::Warnings warnings;
  const auto policy =
      request.names.empty() ? app::load_policy(global, warnings) : load_named_policy(request.names.front());
  console.warnings(warnings);
  if (!policy) {
    console.failure(policy.error());
    return failed;
  }
  const bool json = request.format == OutputFormat::json;
  return console.print(json ? pretty(policy_report(**policy)) : format_policy(**policy)) ? success : failed;
}

}  // namespace

Command policy_show_command() {
  return Command(CommandParts<NamesRequest>{.name = "policy show",
                                            .help = "Show a policy with everything that it extends folded in",
                                            .place = 1,
                                            .declare = declare_policy_show,
                                            .run = run_policy_show});
}

}  // namespace skillrun::cli
