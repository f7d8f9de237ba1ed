#include <fmt/format.h>

#include "policy/rules/support/host_places.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void check(const RuleContext& context, FindingSink& sink) {
  const HostPlaces places(context);
  for_each_declared_path(context, [&](const HostPath& host) {
    if (host.build_context) return;
    const auto owner = context.host.ownership(host.path);
    if (!owner || owner->callers) return;
    // What an ordinary user can read, the system has let that user read.
    if (host.read_only && (owner->everybody_reads || context.host.uid() != 0U)) return;
    if (places.find_both(host) == PlaceClass::closed) return;
    Ask ask{.kind = AskKind::mount,
            .subject = context.host.real_path(host.path).value_or(host.path),
            .writes = !host.read_only,
            .closed = false};
    const HostPath shown{ask.subject, host.declared, host.read_only, false, host.origin};
    std::string message =
        host.read_only
            ? fmt::format("{} belongs to user {}, who does not let everybody read it", shown.text(), owner->uid)
            : fmt::format("the skill can change {}, which belongs to user {}", shown.text(), owner->uid);
    sink.ask(std::move(ask), host.origin, std::move(message));
  });
}

constexpr Rule rules[] = {
    {.info = {.id = "foreign-owner",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a writable bind source of another user, and for root what its owner does not let everybody read",
              .why =
                  "the folder's owner can use what a skill leaves there with the rights of the skill's user, such as "
                  "a program with a setuid bit; root could read for the skill what was kept from others",
              .remedy = "mount a folder of your own, or mount it read-only",
              .source = "own"},
     .check = check},
};

}  // namespace

std::span<const Rule> foreign_owner_rules() { return rules; }

}  // namespace skillrun::rules
