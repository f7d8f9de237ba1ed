#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "policy/rule_support.hpp"

namespace skillrun::rules {

namespace {

using enum Severity;

/// What only describes: the namespaces of the OCI image specification and of what came before it.
constexpr std::string_view describing[] = {"org.opencontainers.image.", "org.label-schema.", "com.example."};
constexpr std::string_view describing_names[] = {"maintainer", "owner",  "author", "authors", "description",
                                                 "version",    "vendor", "title",  "summary", "url"};

/// Beginnings of labels that programs of a machine are known to read from its engine and to act on: they route traffic
/// to the container, run commands in it, replace it, take it for one of their own. What is in neither list is asked for
/// too, only less loudly.
constexpr std::string_view obeyed[] = {
    "com.docker.",
    "io.podman.",
    "io.containers.",
    "io.buildah.",
    "io.kubernetes.",
    "io.containerd.",
    "io.cri-containerd.",
    "nerdctl/",
    "traefik.",
    "caddy",
    "virtual.",
    "com.github.",
    "com.centurylinklabs.",
    "watchtower",
    "com.ouroboros.",
    "wud.",
    "diun.",
    "ofelia.",
    "chadburn.",
    "swarm.cronjob.",
    "autoheal",
    "deunhealth",
    "sablier.",
    "homepage.",
    "tsdproxy.",
    "dockflare.",
    "docker-volume-backup",
    "restic",
    "prometheus",
    "com.datadoghq.",
    "co.elastic.",
    "io.rancher.",
    "io.balena.",
    "io.portainer.",
    "org.testcontainers",
    "podman_systemd",
    "run.oci.",
    "org.systemd.",
    "coolify.",
    "dokku",
};

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_with_any(std::string_view key, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) {
    return std::ranges::equal(key.substr(0, beginning.size()), beginning, {}, lower);
  });
}

bool only_describes(std::string_view key) {
  return begins_with_any(key, describing) || std::ranges::find(describing_names, key) != std::end(describing_names);
}

void ask(const Setting<KeyValue>& label, std::string message, FindingSink& sink) {
  sink.ask({.kind = AskKind::label,
            .subject = fmt::format("{}={}", label.value.key, label.value.value),
            .writes = false,
            .closed = false},
           label.origin, std::move(message));
}

void check_obeyed(const RuleContext& context, FindingSink& sink) {
  for (const auto& label : context.spec.labels) {
    if (!begins_with_any(label.value.key, obeyed)) continue;
    ask(label, fmt::format("the label {} is an instruction to another program of the machine", label.value.key), sink);
  }
}

void check_unknown(const RuleContext& context, FindingSink& sink) {
  for (const auto& label : context.spec.labels) {
    if (only_describes(label.value.key) || begins_with_any(label.value.key, obeyed)) continue;
    ask(label, fmt::format("the label {} may be an instruction to another program of the machine", label.value.key),
        sink);
  }
}

constexpr Rule rules[] = {
    {.info =
         {.id = "obeyed-label",
          .privileged = info,
          .baseline = error,
          .restricted = error,
          .summary =
              "a label that other programs of the machine obey: of compose, a reverse proxy, an updater and the like",
          .why = "such a program publishes, restarts, replaces or runs commands in the container, past the policy",
          .remedy = "remove it, or grant it",
          .source = "own"},
     .check = check_obeyed},
    {.info = {.id = "unknown-label",
              .privileged = info,
              .baseline = warning,
              .restricted = error,
              .summary = "a label that is not known only to describe, as those of org.opencontainers.image do",
              .why = "any program that reads the engine's labels may act on it",
              .remedy = "use a label of org.opencontainers.image, or grant it",
              .source = "own"},
     .check = check_unknown},
};

}  // namespace

std::span<const Rule> labels_rules() { return rules; }

}  // namespace skillrun::rules
