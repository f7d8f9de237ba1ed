#include <fmt/format.h>

#include "policy/host_places.hpp"
#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check(const RuleContext& context, FindingSink& sink) {
  const HostPlaces places(context);
  for_each_declared_path(context, [&](const HostPath& host) {
    if (!host.build_context || places.is_of_manifest(host) || places.find_both(host) == PlaceClass::closed) return;
    Ask ask{.kind = AskKind::build_context,
            .subject = context.host.real_path(host.path).value_or(host.path),
            .writes = false,
            .closed = false};
    const HostPath shown{ask.subject, host.declared, true, true, host.origin};
    std::string message =
        fmt::format("the image is built from {}, which is not in the manifest's folder", shown.text());
    sink.ask(std::move(ask), host.origin, std::move(message));
  });
}

constexpr Rule rules[] = {
    {.info = {.id = "build-context-outside",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a build from a folder outside the manifest's own",
              .why = "all that is in the folder goes to the commands of the recipe, which have a network",
              .remedy = "build from a folder beside the manifest, or grant it",
              .source = "own"},
     .check = check},
};

}  // namespace

std::span<const Rule> build_context_rules() { return rules; }

}  // namespace skillrun::rules
