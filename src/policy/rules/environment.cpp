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

void check_passthrough(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    if (entry.value.from_caller && entry.origin.kind != OriginKind::command_line) {
      sink.report(entry.origin, fmt::format("{} is copied from whoever calls the skill", entry.value.name));
    }
  }
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

void check_secret(const RuleContext& context, FindingSink& sink) {
  for (const auto& entry : context.spec.env) {
    if (!is_literal(entry)) continue;
    const auto& [name, value, from_caller] = entry.value;
    const bool by_name = is_secret_name(name) && !is_plain_value(*value);
    if (!by_name && !has_secret_shape(*value)) continue;
    Origin origin = entry.origin;
    origin.text = name + "=***";
    sink.report(origin, fmt::format("{} holds a secret in plain text", name),
                fmt::format("write ${{{0}}} and let the caller's environment hold it", name));
  }
}

constexpr Rule rules[] = {
    {.info = {.id = "environment-passthrough",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "an environment entry with no =, which copies the caller's value",
              .why = "a manifest can pull a caller's tokens into a container without anybody noticing",
              .remedy = "write NAME=value, or let the caller pass -e NAME",
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
              .summary = "a literal secret in environment: token, password, private key, cloud key id",
              .why = "manifests are shared and kept for ever, and the environment shows in every inspect",
              .remedy =
                  "write ${NAME} and let the caller's environment hold it; if it was published, replace the secret",
              .source = "own"},
     .check = check_secret},
};

}  // namespace

std::span<const Rule> environment_rules() { return rules; }

}  // namespace skillrun::rules
