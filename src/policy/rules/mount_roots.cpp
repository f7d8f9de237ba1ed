#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/rule_support.hpp"

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

/// The caller's working directory, as far as any mount tells: it is the same for all.
std::string_view find_workdir(const ContainerSpec& spec) {
  for (const auto& mount : spec.mounts) {
    if (const std::string_view workdir = workdir_of(mount); !workdir.empty()) return workdir;
  }
  return {};
}

bool is_below_workdir(const RuleContext& context, const HostPath& host, std::string_view workdir) {
  return is_below_root(context, host, host.workdir) || is_below_root(context, host, workdir);
}

/// What an instance names in allowed_paths; the caller's working directory counts in any case.
bool is_inside_instance(const RuleContext& context, const HostPath& host, std::string_view workdir) {
  return is_below_workdir(context, host, workdir) ||
         std::ranges::any_of(context.spec.allowed_paths,
                             [&](const auto& root) { return is_below_root(context, host, root); });
}

enum class Place : std::uint8_t { outside, read_only, inside };

/// Where the path lies among the roots that the policy names.
Place place_among(const std::vector<MountRoot>& roots, const RuleContext& context, const HostPath& host,
                  std::string_view workdir) {
  Place best = Place::outside;
  for (const MountRoot& root : roots) {
    const bool below =
        root.path.empty() ? is_below_workdir(context, host, workdir) : is_below_root(context, host, root.path);
    if (!below) continue;
    best = std::max(best, root.read_only ? Place::read_only : Place::inside);
  }
  return best;
}

void check_policy_roots(const std::vector<MountRoot>& roots, const RuleContext& context, std::string_view workdir,
                        FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    const Place place = host.build_context ? Place::inside : place_among(roots, context, host, workdir);
    if (place == Place::inside || (place == Place::read_only && host.read_only)) return false;
    if (place == Place::read_only) {
      sink.report(host.origin, fmt::format("{} may only be mounted read-only", host.text()), "mount it read-only");
    } else {
      sink.report(host.origin, fmt::format("{} is not below a root that the policy allows", host.text()),
                  "mount ${SKILL_WORKDIR}, or a folder below one of the policy's roots");
    }
    return true;
  });
}

void check(const RuleContext& context, FindingSink& sink) {
  const auto* roots = context.params.find<std::vector<MountRoot>>("roots");
  const std::string_view workdir = find_workdir(context.spec);
  if (roots != nullptr) check_policy_roots(*roots, context, workdir, sink);
  const auto& allowed = context.spec.allowed_paths;
  if (roots != nullptr && allowed.empty()) return;
  for_each_host_path(context, [&](const HostPath& host) {
    if (host.build_context || is_inside_instance(context, host, workdir)) return false;
    sink.report(host.origin,
                allowed.empty()
                    ? fmt::format("{} is not below the working directory", host.text())
                    : fmt::format("{} is not below the instance's allowed_paths ({}) or the working directory",
                                  host.text(), fmt::join(allowed, ", ")));
    return true;
  });
}

/// An instance that narrows its own roots means it: then the rule refuses under every policy.
Severity minimum(const ContainerSpec& spec) { return spec.allowed_paths.empty() ? off : error; }

constexpr RuleParam params[] = {
    {.name = "roots",
     .type = ParamType::roots,
     .effect = ParamEffect::exempt,
     .description = "the folders that binds may come from; the working directory while it is not set"}};

constexpr Rule rules[] = {
    {.info = {.id = "mount-outside-roots",
              .privileged = info,
              .baseline = off,
              .restricted = error,
              .summary =
                  "a bind source outside the allowed roots: the working directory and an instance's allowed_paths",
              .why = "a skill should see what it was called for, and nothing else of the host",
              .remedy = "mount ${SKILL_WORKDIR} or a folder below it",
              .source = "PSS baseline",
              .params = params},
     .check = check,
     .minimum = minimum},
};

}  // namespace

std::span<const Rule> mount_roots_rules() { return rules; }

}  // namespace skillrun::rules
