#include "policy/sensitive_paths.hpp"

#include <algorithm>

#include "policy/paths.hpp"

namespace skillrun {

namespace {

constexpr std::string_view places[] = {
    "/etc",
    "/root",
    "/boot",
    "/dev",
    "/proc",
    "/sys",
    "/lib",
    "/lib64",
    "/usr",
    "/bin",
    "/sbin",
    "/lib/modules",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/crio",
    "/var/spool/cron",
    "/var/log",
};

constexpr std::string_view harmless[] = {
    "/etc/localtime",
    "/etc/timezone",
    "/etc/ssl/certs",
    "/etc/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/usr/share/ca-certificates",
};

template <class Places>
std::optional<SensitiveMatch> find_among(std::string_view path, const Places& known) noexcept {
  for (const std::string_view place : known) {
    if (path == place) return SensitiveMatch{place, Relation::same};
    if (is_within(path, place)) return SensitiveMatch{place, Relation::below};
  }
  for (const std::string_view place : known) {
    if (is_within(place, path)) return SensitiveMatch{place, Relation::above};
  }
  return std::nullopt;
}

}  // namespace

std::span<const std::string_view> sensitive_places() noexcept { return places; }

std::optional<SensitiveMatch> find_sensitive_path(std::string_view path) noexcept { return find_among(path, places); }

std::optional<SensitiveMatch> find_sensitive_path(std::string_view path, std::span<const std::string> known) noexcept {
  return find_among(path, known);
}

bool is_harmless_to_read(std::string_view path) noexcept {
  return std::ranges::any_of(harmless, [&](std::string_view known) { return is_within(path, known); });
}

}  // namespace skillrun
