#include <fmt/format.h>

#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

void report_host(const OptionalSetting<NamespaceSetting>& setting, std::string_view what, FindingSink& sink) {
  if (setting && setting->value.mode == NamespaceMode::host) {
    sink.report(setting->origin, fmt::format("the skill would share the host's {}", what));
  }
}

void check_pid(const RuleContext& context, FindingSink& sink) { report_host(context.spec.pid_mode, "processes", sink); }

void check_ipc(const RuleContext& context, FindingSink& sink) {
  report_host(context.spec.ipc_mode, "shared memory and message queues", sink);
}

void check_uts(const RuleContext& context, FindingSink& sink) {
  report_host(context.spec.uts_mode, "name, and could change it", sink);
}

void check_user(const RuleContext& context, FindingSink& sink) {
  report_host(context.spec.userns_mode, "user ids: root inside is root outside", sink);
}

void check_cgroup(const RuleContext& context, FindingSink& sink) {
  report_host(context.spec.cgroupns_mode, "view of the control groups", sink);
}

void check_shareable(const RuleContext& context, FindingSink& sink) {
  const auto& ipc = context.spec.ipc_mode;
  if (ipc && ipc->value.mode == NamespaceMode::shareable) {
    sink.report(ipc->origin, "other containers could join the skill's shared memory");
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "host-pid",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "the PID namespace of the host",
              .why = "it sees every process of the host, reads their environments and may signal them",
              .remedy = "remove it",
              .source = "PSS baseline 1.37, CIS Docker 1.6.0 5.16",
              .fix = AutoFix::remove},
     .check = check_pid},
    {.info = {.id = "host-ipc",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "the IPC namespace of the host",
              .why = "programs of the host keep data in shared memory that the skill could read and change",
              .remedy = "remove it",
              .source = "PSS baseline 1.37, CIS Docker 1.6.0 5.17",
              .fix = AutoFix::remove},
     .check = check_ipc},
    {.info = {.id = "host-uts",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "the UTS namespace of the host",
              .why = "with the right capability it renames the host",
              .remedy = "remove it; hostname names the container",
              .source = "CIS Docker 1.6.0 5.21",
              .fix = AutoFix::remove},
     .check = check_uts},
    {.info =
         {.id = "host-userns",
          .privileged = info,
          .baseline = error,
          .restricted = error,
          .summary = "the user namespace of the host",
          .why = "it switches off the mapping of ids that an administrator set up to keep root inside harmless outside",
          .remedy = "remove it",
          .source = "CIS Docker 1.6.0 5.31",
          .fix = AutoFix::remove},
     .check = check_user},
    {.info = {.id = "host-cgroupns",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "the cgroup namespace of the host",
              .why = "it shows the control groups of everything on the host, and with write access to them limits are "
                     "no limits",
              .remedy = "remove it",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_cgroup},
    {.info = {.id = "shareable-ipc",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "shareable IPC",
              .why = "any container that names this one can join its shared memory",
              .remedy = "remove it; private is the default",
              .source = "own",
              .fix = AutoFix::remove},
     .check = check_shareable},
};

}  // namespace

std::span<const Rule> namespaces_rules() { return rules; }

}  // namespace skillrun::rules
