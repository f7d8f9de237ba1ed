#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/host_places.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// Compares like with like: the declared path with the root as written, the real path with the real root.
bool is_below_root(const RuleContext& context, const HostPath& host, std::string_view root) {
  if (root.empty()) return false;
  if (host.path == host.declared) return is_within(host.path, root);
  const std::optional<std::string> real = context.host.real_path(std::string(root));
  return is_within(host.path, real ? std::string_view(*real) : root);
}

/// What an instance names in allowed_paths, as the host or as the container knows it; the caller's working directory
/// counts in any case. Both names are the author's, who takes away here and gives nothing.
bool is_inside_instance(const RuleContext& context, const HostPath& host) {
  return is_below_root(context, host, context.spec.workdir) ||
         std::ranges::any_of(context.spec.allowed_paths, [&](const std::string& root) {
           return is_below_root(context, host, root) || (!root.empty() && is_within(host.target, root));
         });
}

enum class Among : std::uint8_t { outside, read_only, inside };

/// Where the path lies among the roots that the policy names.
Among place_among(const std::vector<MountRoot>& roots, const RuleContext& context, const HostPath& host) {
  Among best = Among::outside;
  for (const MountRoot& root : roots) {
    const bool below = is_below_root(context, host, root.path.empty() ? context.spec.workdir : root.path);
    if (below) best = std::max(best, root.read_only ? Among::read_only : Among::inside);
  }
  return best;
}

Ask ask_for(const RuleContext& context, const HostPath& host) {
  return {.kind = AskKind::mount,
          .subject = context.host.real_path(host.path).value_or(host.path),
          .writes = !host.read_only,
          .closed = false};
}

void check_policy_roots(const std::vector<MountRoot>& roots, const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    const Among place = host.build_context ? Among::inside : place_among(roots, context, host);
    if (place == Among::inside || (place == Among::read_only && host.read_only)) return false;
    if (place == Among::read_only) {
      return !sink.ask(ask_for(context, host), host.origin,
                       fmt::format("{} may only be mounted read-only", host.text()), "mount it read-only");
    }
    return !sink.ask(ask_for(context, host), host.origin,
                     fmt::format("{} is not below a root that the policy allows", host.text()),
                     "mount ${SKILL_WORKDIR}, or a folder below one of the policy's roots");
  });
}

/// What an instance does not name is not an ask: its author took it away.
void check_instance(const RuleContext& context, FindingSink& sink) {
  if (context.spec.allowed_paths.empty()) return;
  for_each_host_path(context, [&](const HostPath& host) {
    if (host.build_context || is_inside_instance(context, host)) return false;
    sink.report(host.origin, fmt::format("{} is not below the instance's allowed_paths ({}) or the working directory",
                                         host.text(), fmt::join(context.spec.allowed_paths, ", ")));
    return true;
  });
}

/// The caller's own places: what is closed has rules that say why.
void check_own_places(const RuleContext& context, FindingSink& sink) {
  const HostPlaces places(context);
  for_each_declared_path(context, [&](const HostPath& host) {
    if (host.build_context || places.find_both(host) != PlaceClass::own) return;
    Ask ask = ask_for(context, host);
    const HostPath shown{ask.subject, host.declared, host.read_only, false, host.origin};
    std::string message =
        fmt::format("the skill {} {}, which is not below the working directory or the manifest's folder",
                    host.read_only ? "reads" : "reads and writes", shown.text());
    sink.ask(std::move(ask), host.origin, std::move(message));
  });
}

void check(const RuleContext& context, FindingSink& sink) {
  if (const auto* roots = context.params.find<std::vector<MountRoot>>("roots")) {
    check_policy_roots(*roots, context, sink);
  } else {
    check_own_places(context, sink);
  }
}

/// An instance that narrows its own roots means it: then the rule refuses under every policy.
Severity minimum(const ContainerSpec& spec) { return spec.allowed_paths.empty() ? off : error; }

constexpr RuleParam params[] = {{.name = "roots",
                                 .type = ParamType::roots,
                                 .effect = ParamEffect::exempt,
                                 .description = "the folders that binds may come from, instead of the open places"}};

constexpr Rule rules[] = {
    {.info = {.id = "mount-outside-roots",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary =
                  "a bind source outside the open places: the working directory and the manifest's own folder, or "
                  "the roots that the policy names",
              .why = "a skill should see what it was called for, and nothing else of the host",
              .remedy = "mount ${SKILL_WORKDIR} or a folder below it, or grant what it asks for",
              .source = "PSS baseline 1.37",
              .params = params,
              .compose_remedy = "mount a folder beside the file, or below it"},
     .check = check},
    {.info = {.id = "mount-outside-instance",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a bind source outside what the instance's allowed_paths name, and outside the working directory",
              .why = "the instance took away what the skill may reach otherwise",
              .remedy = "mount ${SKILL_WORKDIR} or a folder below it, or name the folder in allowed_paths",
              .source = "own"},
     .check = check_instance,
     .minimum = minimum},
};

}  // namespace

std::span<const Rule> mount_roots_rules() { return rules; }

}  // namespace skillrun::rules
