#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <skillrun/parsing.hpp>
#include <skillrun/rule.hpp>

#include "policy/rules/support/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// Each of these alone is a known way out of a container, or a way to harm the whole host.
constexpr std::string_view escapes[] = {"SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE",  "SYS_RAWIO", "DAC_READ_SEARCH",
                                        "BPF",       "PERFMON",    "SYSLOG",      "NET_ADMIN", "SYS_BOOT",
                                        "SYS_TIME",  "MAC_ADMIN",  "MAC_OVERRIDE"};

/// What Pod Security Standards let a baseline pod add, without MKNOD: device nodes stay behind in folders of the host.
constexpr std::string_view baseline_set[] = {"AUDIT_WRITE", "CHOWN",   "DAC_OVERRIDE",     "FOWNER",
                                             "FSETID",      "KILL",    "NET_BIND_SERVICE", "SETFCAP",
                                             "SETGID",      "SETPCAP", "SETUID",           "SYS_CHROOT"};

bool contains(std::span<const std::string_view> set, std::string_view capability) {
  return std::ranges::find(set, capability) != set.end();
}

/// True for what the policy lets a skill add beside what the rule lets pass anyway.
bool is_allowed(const RuleContext& context, const std::string& capability) {
  return context.params.has_word("allow", capability);
}

/// ALL is one word and every capability; nothing but switching the rule off makes it pass.
std::expected<std::string, ParseError> one_capability(std::string_view word) {
  auto capability = parse_capability(word);
  if (capability && *capability == "ALL") return std::unexpected(ParseError{"ALL cannot be allowed: name each one"});
  return capability;
}

void check_all(const RuleContext& context, FindingSink& sink) {
  for (const auto& added : context.spec.cap_add) {
    if (added.value == "ALL") sink.report(added.origin, "all capabilities are added");
  }
}

void check_escape(const RuleContext& context, FindingSink& sink) {
  for (const auto& added : context.spec.cap_add) {
    if (contains(escapes, added.value) && !is_allowed(context, added.value)) {
      sink.report(added.origin, fmt::format("the capability {} opens a way out of the container", added.value));
    }
  }
}

void check_baseline(const RuleContext& context, FindingSink& sink) {
  for (const auto& added : context.spec.cap_add) {
    if (!contains(baseline_set, added.value) && !is_allowed(context, added.value)) {
      sink.report(added.origin, fmt::format("the capability {} is not one that a container may add", added.value),
                  fmt::format("remove it; those that may be added: {}", fmt::join(baseline_set, ", ")));
    }
  }
}

void check_restricted(const RuleContext& context, FindingSink& sink) {
  for (const auto& added : context.spec.cap_add) {
    if (added.value != "NET_BIND_SERVICE" && !is_allowed(context, added.value)) {
      sink.report(added.origin, fmt::format("the capability {} is added", added.value));
    }
  }
}

void check_drop(const RuleContext& context, FindingSink& sink) {
  const auto& dropped = context.spec.cap_drop;
  if (std::ranges::any_of(dropped, [](const auto& entry) { return entry.value == "ALL"; })) return;
  if (dropped.empty()) {
    sink.report(absent(context.spec, "docker.cap_drop"), "the engine's default capabilities are kept");
  } else {
    sink.report(dropped.front().origin, "only some capabilities are dropped; the rest of the defaults is kept");
  }
}

constexpr RuleParam escape_params[] = {{.name = "allow",
                                        .effect = ParamEffect::exempt,
                                        .description = "capabilities that this rule lets pass",
                                        .normalize = one_capability}};
constexpr RuleParam baseline_params[] = {{.name = "allow",
                                          .effect = ParamEffect::exempt,
                                          .description = "capabilities that pass besides the engine's usual ones",
                                          .builtin_words = baseline_set,
                                          .normalize = one_capability}};
constexpr std::string_view restricted_set[] = {"NET_BIND_SERVICE"};
constexpr RuleParam restricted_params[] = {{.name = "allow",
                                            .effect = ParamEffect::exempt,
                                            .description = "capabilities that pass besides NET_BIND_SERVICE",
                                            .builtin_words = restricted_set,
                                            .normalize = one_capability}};

/// What the rule of that name says for others too.
constexpr std::string_view cap_add_all_covers[] = {"cap-add-baseline", "cap-add-restricted"};
constexpr std::string_view cap_add_escape_covers[] = {"cap-add-baseline", "cap-add-restricted"};
constexpr std::string_view cap_add_baseline_covers[] = {"cap-add-restricted"};

constexpr Rule rules[] = {
    {.info = {.id = "cap-add-all",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "ALL capabilities are added",
              .why = "root in the container with all capabilities is root on the host; it also undoes every drop",
              .remedy = "name the single capabilities that the tool needs",
              .source = "PSS baseline 1.37",
              .covers = cap_add_all_covers},
     .check = check_all},
    {.info = {.id = "cap-add-escape",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a capability is added that opens a way out of the container",
              .why = "with it a process reaches the kernel, other processes, the host's files or its network",
              .remedy = "remove it; a tool that needs it should not run as a skill",
              .source = "CIS Docker 1.6.0 5.4",
              .fix = AutoFix::remove,
              .params = escape_params,
              .covers = cap_add_escape_covers},
     .check = check_escape},
    {.info = {.id = "cap-add-baseline",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary = "a capability is added that is not among the engine's usual ones",
              .why = "engines leave such capabilities out because they reach beyond the container",
              .remedy = "remove it",
              .source = "PSS baseline 1.37",
              .fix = AutoFix::remove,
              .params = baseline_params,
              .covers = cap_add_baseline_covers},
     .check = check_baseline},
    {.info = {.id = "cap-add-restricted",
              .privileged = info,
              .baseline = off,
              .restricted = error,
              .summary = "a capability other than NET_BIND_SERVICE is added",
              .why = "a hardened container gets none: each is a part of root's power",
              .remedy = "remove it, or run the tool so that it needs no capability",
              .source = "PSS restricted 1.37",
              .params = restricted_params},
     .check = check_restricted},
    {.info = {.id = "cap-drop-all-missing",
              .privileged = info,
              .baseline = off,
              .restricted = error,
              .summary = "capabilities are not all dropped first",
              .why =
                  "engines hand out a dozen capabilities by default, among them ones to change owners and make devices",
              .remedy = "write cap_drop = [\"ALL\"] and add what is needed one by one",
              .source = "PSS restricted 1.37"},
     .check = check_drop},
};

}  // namespace

std::span<const Rule> capabilities_rules() { return rules; }

}  // namespace skillrun::rules
