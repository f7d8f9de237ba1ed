#include "cli/command.hpp"
#include "cli/requests.hpp"

namespace skillrun::cli {

Command policy_command() {
  return Command(CommandParts<NamesRequest>{
      .name = "policy",
      .help = "Show policies, and run their test cases",
      .place = 9,
      .declare = [](OptionSet& options, NamesRequest& /*request*/) {
        options.footer("`skillrun policy show --help` and `skillrun policy test --help` say more.");
      }});
}

}  // namespace skillrun::cli
