#include "cli/make_images.hpp"

#include <fmt/format.h>

#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/prepare.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"

namespace skillrun::cli {

namespace {

int status_of(const EngineError& error) {
  if (error.kind == EngineError::Kind::cancelled) return interrupted;
  return error.kind == EngineError::Kind::untrusted ? refused : failed;
}

}  // namespace

int make_images(const GlobalOptions& options, const std::vector<std::string>& skills, const RunOverrides& overrides,
                MakeImage make, std::chrono::milliseconds deadline) {
  const Console console(options);
  RunControl control;
  const SignalForwarding signals(control);
  for (const std::string& name : skills) {
    app::SkillRequest request;
    request.skill = name;
    request.overrides = overrides;
    const auto prepared = prepare(options, request, console);
    if (!prepared) {
      console.failure(prepared.error());
      return prepared.error().exit_status();
    }
    const auto admitted = admit_on_engine(options, *prepared, console, control.cancellation());
    if (!admitted) {
      console.failure(admitted.error());
      return admitted.error().exit_status();
    }
    Progress progress(options);
    const CallLimits limits{.deadline = deadline, .cancellation = &control.cancellation()};
    const auto image =
        make(*admitted->engine, admitted->approved, [&](const ProgressEvent& event) { progress.take(event); }, limits);
    progress.clear();
    if (!image) {
      const bool interrupted = image.error().kind == EngineError::Kind::cancelled;
      console.error(fmt::format("skill '{}': {}", name, interrupted ? "interrupted" : image.error().message));
      return status_of(image.error());
    }
    // An image that was built is in the engine under its private name only.
    if (!console.print(fmt::format("{} {}{}{}\n", admitted->approved.spec().image.value.familiar(), image->info.id,
                                   image->private_name.empty() ? "" : " ", image->private_name)))
      return failed;
  }
  return success;
}

}  // namespace skillrun::cli
