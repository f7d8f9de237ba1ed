#pragma once

#include <string>

#include <skillrun/lint.hpp>

#include "lint/compose/repository.hpp"

namespace skillrun::inline v0 {

/// Lints a Compose file (compose-spec): each service is judged as a skill that would be run like it, by the same rules.
/// What has nothing to do with how a container is confined (depends_on, healthcheck, deploy.replicas, ...) is passed
/// over; what is not known is a finding, because nobody judged it. What `extends` and `include` bring in is judged
/// where the repository gives it: services that are included at their own places in their own files, what is extended
/// where that is said. Fields of findings are the file's own: "services.web.pid".
[[nodiscard]] LintedFile lint_compose(const SourcePtr& source, std::string path, const ComposeRepository& repository,
                                      const LintContext& context);

}  // namespace skillrun::inline v0
