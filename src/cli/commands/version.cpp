#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/requests.hpp"

namespace skillrun::cli {

Command version_command() {
  return Command(CommandParts<NamesRequest>{.name = "version",
                                            .help = "Print the version",
                                            .place = 16,
                                            .run = [](const GlobalOptions& global, const NamesRequest&) -> int {
                                              return Console(global).print(fmt::format("skillrun {}\n", version))
                                                         ? success
                                                         : failed;
                                            }});
}

}  // namespace skillrun::cli
