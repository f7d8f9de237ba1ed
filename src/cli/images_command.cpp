#include <chrono>

#include <fmt/format.h>

#include <skillrun/normalize.hpp>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/prepare.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"

namespace skillrun::cli {

namespace {

constexpr std::chrono::minutes image_deadline{60};

using MakeImage = EngineResult<SkillImage> (*)(Engine&, const ApprovedSpec&, const ProgressSink&, CallLimits);

int status_of(const EngineError& error) {
  if (error.kind == EngineError::Kind::cancelled) return interrupted;
  return error.kind == EngineError::Kind::untrusted ? refused : failed;
}

/// Judges each skill as `run` would and makes its image; stops at the first failure.
int for_each_skill(const Invocation& invocation, const RunOverrides& overrides, MakeImage make) {
  const Console console(invocation.global);
  RunControl control;
  const SignalForwarding signals(control);
  for (const std::string& name : invocation.names) {
    app::SkillRequest request;
    request.skill = name;
    request.overrides = overrides;
    const auto prepared = prepare(invocation.global, request, console);
    if (!prepared) {
      console.failure(prepared.error());
      return prepared.error().exit_status();
    }
    const auto admitted = admit_on_engine(invocation.global, *prepared, console, control.cancellation());
    if (!admitted) {
      console.failure(admitted.error());
      return admitted.error().exit_status();
    }
    Progress progress(invocation.global);
    const CallLimits limits{.deadline = image_deadline, .cancellation = &control.cancellation()};
    const auto image =
        make(*admitted->engine, admitted->approved, [&](const ProgressEvent& event) { progress.take(event); }, limits);
    progress.clear();
    if (!image) {
      console.error(fmt::format("skill '{}': {}", name, image.error().message));
      return status_of(image.error());
    }
    // An image that was built is in the engine under its private name only.
    if (!console.print(fmt::format("{} {}{}{}\n", admitted->approved.spec().image.value.familiar(), image->info.id,
                                   image->private_name.empty() ? "" : " ", image->private_name)))
      return failed;
  }
  return success;
}

EngineResult<SkillImage> pull_only(Engine& engine, const ApprovedSpec& approved, const ProgressSink& progress,
                                   CallLimits limits) {
  if (approved.spec().build) {
    return std::unexpected(
        EngineError{.kind = EngineError::Kind::unsupported,
                    .message = "its image is built on this machine, not pulled; use `skillrun build`"});
  }
  return ensure_image(engine, approved, progress, limits);
}

}  // namespace

int pull_command(const Invocation& invocation) {
  RunOverrides overrides;
  overrides.pull = "always";
  return for_each_skill(invocation, overrides, pull_only);
}

int build_command(const Invocation& invocation) { return for_each_skill(invocation, {}, rebuild_image); }

}  // namespace skillrun::cli
