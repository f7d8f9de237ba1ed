#include <fmt/format.h>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// "//proc", "/x/../proc" and "proc/self" count: judged by components, since runtimes clean the path themselves.
bool reaches_proc(std::string_view path) {
  const auto within = [&](std::string_view folder, std::string_view dotted) {
    return matches_within(path, folder) || matches_within(path, dotted);
  };
  // /dev/fd is a link to /proc/self/fd.
  return has_sequence(path, "..") || within("/proc", "/./proc") || within("/dev", "/./dev");
}

void check(const RuleContext& context, FindingSink& sink) {
  const auto& folder = context.spec.working_dir;
  if (folder && reaches_proc(folder->value)) {
    sink.report(folder->origin,
                fmt::format("the working directory '{}' is in /proc or /dev, or is not a plain path", folder->value));
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "proc-workdir",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a working directory under /proc or /dev",
              .why = "through /proc/self/fd a container has started inside a folder of the host",
              .remedy = "name a folder of the image or of a mount",
              .source = "CVE-2024-21626"},
     .check = check},
};

}  // namespace

std::span<const Rule> proc_workdir_rules() { return rules; }

}  // namespace skillrun::rules
