#include "cli/command.hpp"
#include "cli/make_images.hpp"
#include "cli/requests.hpp"

namespace skillrun::cli {

namespace {

EngineResult<SkillImage> pull_only(Engine& engine, const ApprovedSpec& approved, const ProgressSink& progress,
                                   CallLimits limits) {
  if (approved.spec().build) {
    return std::unexpected(
        EngineError{.kind = EngineError::Kind::unsupported,
                    .message = "its image is built on this machine, not pulled; use `skillrun build`"});
  }
  return ensure_image(engine, approved, progress, limits);
}

int run_pull(const GlobalOptions& global, const PullRequest& request) {
  RunOverrides overrides;
  overrides.pull = "always";
  return make_images(global, request.skills, overrides, pull_only, request.timeout.value);
}

}  // namespace

Command pull_command() {
  return Command(CommandParts<PullRequest>{.name = "pull",
                                           .help = "Pull the images of skills",
                                           .place = 7,
                                           .declare =
                                               [](OptionSet& options, PullRequest& request) {
                                                 options.positionals("SKILL", request.skills, 1, 1000);
                                                 request.timeout.declare(options);
                                               },
                                           .check = [](PullRequest& request) { return request.timeout.read(); },
                                           .run = run_pull});
}

}  // namespace skillrun::cli
