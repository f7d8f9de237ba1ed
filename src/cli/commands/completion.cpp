#include <algorithm>

#include "cli/command.hpp"
#include "cli/completion_scripts.hpp"
#include "cli/console.hpp"
#include "cli/requests.hpp"

namespace skillrun::cli {

namespace {

void declare_completion(OptionSet& options, NamesRequest& request) {
  options.positionals("SHELL", request.names, {"bash", "zsh", "fish"}, "bash, zsh or fish");
  options.footer("For this shell: source <(skillrun completion bash); in fish: skillrun completion fish | source");
}

int run_completion(const GlobalOptions& global, const NamesRequest& request) {
  const auto script = std::ranges::find(completion_scripts(), request.names.front(), &CompletionScript::shell);
  if (script == completion_scripts().end()) return failed;
  return Console(global).print(script->text) ? success : failed;
}

}  // namespace

Command completion_command() {
  return Command(CommandParts<NamesRequest>{.name = "completion",
                                            .help = "Print what a shell needs to complete skillrun's command line",
                                            .place = 15,
                                            .declare = declare_completion,
                                            .run = run_completion});
}

}  // namespace skillrun::cli
