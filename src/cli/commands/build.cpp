#include "cli/command.hpp"
#include "cli/make_images.hpp"
#include "cli/requests.hpp"

namespace skillrun::cli {

Command build_command() {
  return Command(CommandParts<NamesRequest>{
      .name = "build",
      .help = "Build the images of skills",
      .place = 8,
      .declare = [](OptionSet& options,
                    NamesRequest& request) { options.positionals("SKILL", request.names, 1, 1000); },
      .run =
          [](const GlobalOptions& global, const NamesRequest& request) {
            return make_images(global, request.names, {}, rebuild_image, usual_build_timeout);
          }});
}

}  // namespace skillrun::cli
