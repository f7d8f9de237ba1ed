#pragma once

#include <string>

#include <skillrun/lint.hpp>

namespace skillrun::inline v0 {

/// Lints a Compose file (compose-spec): each service is judged as a skill that would be run like it, by the same rules.
/// What has nothing to do with how a container is confined (depends_on, healthcheck, deploy.replicas, ...) is passed
/// over; what is not known, or is brought in from other files (extends, include), is a finding, because nobody judged
/// it. Fields of findings are the file's own: "services.web.pid".
[[nodiscard]] LintedFile lint_compose(SourcePtr source, std::string path, const LintContext& context);

}  // namespace skillrun::inline v0
