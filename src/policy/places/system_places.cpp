#include "policy/places/system_places.hpp"

#include <algorithm>

#include "policy/places/paths.hpp"

namespace skillrun::inline v0 {

namespace {

/// Names right below "/". Sources: FHS 3.0 and the roots of Debian, Ubuntu, Fedora (and its ostree kind), Arch,
/// openSUSE, Alpine, NixOS, Guix, ChromeOS and Termux.
constexpr std::string_view trees[] = {
    "afs",     "apex", "bin", "boot",    "bundle", "cgroup",     "cores", "dev",     "efi",    "esp",        "etc",
    "gnu",     "init", "nix", "opt",     "ostree", "private",    "proc",  "product", "root",   "run",        "sbin",
    "selinux", "snap", "sys", "sysroot", "system", "system_ext", "usr",   "var",     "vendor", "lost+found",
};

/// Beginnings of such names: lib, lib32, lib64, libx32; swap, swapfile, swap.img; kernels and their first file systems;
/// the marks of a merged /usr (bin.usr-is-merged).
constexpr std::string_view beginnings[] = {"lib", "swap", "vmlinuz", "initrd", "initramfs", "bin.", "sbin.", "."};

constexpr std::string_view movable[] = {
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib64",
    "/nix",
    "/opt",
    "/root",
    "/run",
    "/sbin",
    "/snap",
    "/usr",
    "/usr/local",
    "/var",
    "/var/lib",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/lib/libvirt",
    "/var/log",
    "/var/spool",
    "/var/tmp",
};

constexpr std::string_view harmless_places[] = {
    "/etc/localtime",     "/etc/timezone",       "/etc/ssl/certs",   "/etc/ca-certificates",
    "/etc/pki/tls/certs", "/usr/share/zoneinfo", "/usr/share/fonts", "/usr/share/ca-certificates",
};

}  // namespace

std::optional<SystemMatch> find_system_place(std::string_view path) noexcept {
  if (path == "/") return SystemMatch{path, Relation::above};
  if (!path.starts_with('/')) return std::nullopt;
  const std::size_t end = path.find('/', 1);
  const std::string_view name = path.substr(1, end == std::string_view::npos ? end : end - 1);
  const bool is_system =
      std::ranges::find(trees, name) != std::end(trees) ||
      std::ranges::any_of(beginnings, [&](std::string_view beginning) { return name.starts_with(beginning); });
  if (!is_system) return std::nullopt;
  return SystemMatch{path.substr(0, name.size() + 1), end == std::string_view::npos ? Relation::same : Relation::below};
}

std::optional<SystemMatch> find_place_among(std::string_view path, std::span<const std::string> places) noexcept {
  for (const std::string_view place : places) {
    if (path == place) return SystemMatch{place, Relation::same};
    if (is_within(path, place)) return SystemMatch{place, Relation::below};
  }
  for (const std::string_view place : places) {
    if (is_within(place, path)) return SystemMatch{place, Relation::above};
  }
  return std::nullopt;
}

std::span<const std::string_view> movable_places() noexcept { return movable; }

bool is_harmless_to_read(std::string_view path) noexcept {
  return std::ranges::any_of(harmless_places, [&](std::string_view known) { return is_within(path, known); });
}

}  // namespace skillrun::inline v0
