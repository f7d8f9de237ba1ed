#include <algorithm>

#include <fmt/format.h>

#include "policy/rule_support.hpp"
#include "policy/secret_values.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

constexpr std::string_view loaders[] = {
    "DOCKER_HOST",   "DOCKER_CONTEXT",     "DOCKER_CONFIG",  "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "CONTAINER_HOST",
    "BUILDKIT_HOST", "CONTAINERD_ADDRESS", "GLIBC_TUNABLES", "GCONV_PATH",       "BASH_ENV",          "KUBECONFIG",
};

/// Calls `judge` with the origin of every free text that the container, its image or its engine gets to see.
template <class Judge>
void for_each_text(const ContainerSpec& spec, Judge&& judge) {
  const auto all = [&](const auto&... lists) {
    const auto each = [&](const auto& list) {
      for (const auto& setting : list) judge(setting.origin);
    };
    (each(lists), ...);
  };
  all(spec.command, spec.env, spec.labels, spec.annotations, spec.log_options, spec.network_aliases, spec.dns_search,
      spec.extra_hosts, spec.sysctls, spec.mounts);
  for (const auto* setting : {&spec.entrypoint, &spec.hostname, &spec.domainname, &spec.name, &spec.working_dir}) {
    if (*setting) judge((*setting)->origin);
  }
  if (spec.healthcheck) judge(spec.healthcheck->origin);
  if (spec.build && spec.build->value.context) all(spec.build->value.context->args);
}

void check_passthrough(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    if (entry.value.from_caller && entry.origin.kind != OriginKind::command_line) {
      sink.report(entry.origin, fmt::format("{} is copied from whoever calls the skill", entry.value.name));
    }
  }
  for_each_text(context.spec, [&](const Origin& origin) {
    if (origin.kind == OriginKind::command_line) return;  // the caller's own words are not expanded
    if (const std::string_view name = find_secret_variable(origin.text); !name.empty()) {
      sink.report(origin, fmt::format("{} is copied from whoever calls the skill", name));
    }
  });
}

void check_loader(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    const std::string& name = entry.value.name;
    if (name.starts_with("LD_") || std::ranges::find(loaders, name) != std::end(loaders)) {
      sink.report(entry.origin, fmt::format("{} changes what every program in the container loads or talks to", name));
    }
  }
}

/// What the caller adds, what is copied and what comes out of a variable is not in the manifest: no secret is told.
bool is_literal(const Setting<EnvironmentEntry>& entry) {
  return entry.value.value && !entry.value.from_caller && entry.origin.kind != OriginKind::command_line &&
         entry.origin.text.find("${") == std::string::npos;
}

void check_literal(const std::string& name, const std::string& value, const Origin& where, FindingSink& sink) {
  const bool by_name = is_secret_name(name) && !is_plain_value(value);
  if (!by_name && !has_secret_shape(value)) return;
  Origin origin = where;
  origin.text = name + "=***";
  sink.report(origin, fmt::format("{} holds a secret in plain text", name));
}

void check_secret(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    if (is_literal(entry)) check_literal(entry.value.name, *entry.value.value, entry.origin, sink);
  }
  if (!context.spec.build || !context.spec.build->value.context) return;
  for (const auto& arg : context.spec.build->value.context->args) {
    if (arg.origin.text.find("${") == std::string::npos)
      check_literal(arg.value.key, arg.value.value, arg.origin, sink);
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "environment-passthrough",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary =
                  "an environment entry with no =, or a variable with a secret's name, which copies the caller's value",
              .why = "a manifest can pull a caller's tokens into a container without anybody noticing",
              .remedy = "write NAME=value, or leave it to the caller to pass --env NAME",
              .source = "own"},
     .check = check_passthrough},
    {.info = {.id = "loader-environment",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "LD_*, DOCKER_HOST and the like in environment",
              .why = "such variables load foreign code into every program, or send tools to another engine",
              .remedy = "remove it, or set it for the one program in a script of the image",
              .source = "own"},
     .check = check_loader},
    {.info = {.id = "secret-in-environment",
              .privileged = info,
              .baseline = error,
              .restricted = error,
              .summary =
                  "a literal secret in environment or build arguments: token, password, private key, cloud key id",
              .why = "manifests are shared and kept for ever, and the environment shows in every inspect",
              .remedy = "remove it and let the caller pass --env NAME; if it was published, replace the secret",
              .source = "own"},
     .check = check_secret},
};

}  // namespace

std::span<const Rule> environment_rules() { return rules; }

}  // namespace skillrun::rules
