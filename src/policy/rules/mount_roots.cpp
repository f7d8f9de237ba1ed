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

/// The roots: what the instance's allowed_paths name; the caller's working directory counts in any case.
bool is_inside(const RuleContext& context, const HostPath& host) {
  const auto below = [&](std::string_view root) { return is_below_root(context, host, root); };
  return below(host.workdir) ||
         std::ranges::any_of(context.spec.mounts, [&](const auto& mount) { return below(workdir_of(mount)); }) ||
         std::ranges::any_of(context.spec.allowed_paths, below);
}

void check(const RuleContext& context, FindingSink& sink) {
  for_each_host_path(context, [&](const HostPath& host) {
    if (host.build_context || is_inside(context, host)) return false;
    const auto& roots = context.spec.allowed_paths;
    sink.report(host.origin,
                roots.empty()
                    ? fmt::format("{} is not below the working directory", host.text())
                    : fmt::format("{} is not below the instance's allowed_paths ({}) or the working directory",
                                  host.text(), fmt::join(roots, ", ")));
    return true;
  });
}

/// An instance that narrows its own roots means it: then the rule refuses under every policy.
Severity minimum(const ContainerSpec& spec) { return spec.allowed_paths.empty() ? off : error; }

constexpr Rule rules[] = {
    {.info = {.id = "mount-outside-roots",
              .privileged = info,
              .baseline = off,
              .restricted = error,
              .summary =
                  "a bind source outside the allowed roots: the working directory and an instance's allowed_paths",
              .why = "a skill should see what it was called for, and nothing else of the host",
              .remedy = "mount ${SKILL_WORKDIR} or a folder below it",
              .source = "PSS baseline"},
     .check = check,
     .minimum = minimum},
};

}  // namespace

std::span<const Rule> mount_roots_rules() { return rules; }

}  // namespace skillrun::rules
