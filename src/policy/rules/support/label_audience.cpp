#include "policy/rules/support/label_audience.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

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

bool begins_with_any(std::string_view key, std::span<const std::string_view> beginnings) noexcept {
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) {
    return std::ranges::equal(key.substr(0, beginning.size()), beginning, {}, ascii_lower);
  });
}

bool only_describes(std::string_view key) noexcept {
  return begins_with_any(key, describing) || std::ranges::find(describing_names, key) != std::end(describing_names);
}

}  // namespace

LabelAudience audience_of_label(std::string_view key) noexcept {
  if (begins_with_any(key, obeyed)) return LabelAudience::programs;
  return only_describes(key) ? LabelAudience::people : LabelAudience::unknown;
}

Ask ask_for_label(std::string_view key, std::string_view value) {
  return {.kind = AskKind::label, .subject = fmt::format("{}={}", key, value), .writes = false, .closed = false};
}

}  // namespace skillrun::inline v0
