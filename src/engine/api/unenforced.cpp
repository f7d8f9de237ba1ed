#include "engine/api/unenforced.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "engine/api/mount_objects.hpp"
#include "engine/podman_gaps.hpp"
#include "policy/seccomp_profile.hpp"

namespace skillrun {

namespace {

std::optional<int> whole_number(std::string_view digits) {
  int number = 0;
  const char* const begin = std::to_address(digits.begin());
  const char* const end = begin + digits.size();
  const auto [stopped, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stopped != end || number < 0) return std::nullopt;
  return number;
}

bool declared(const Origin& origin) {
  return origin.kind != OriginKind::builtin && origin.kind != OriginKind::policy_default;
}

struct NamedNamespace {
  std::string_view field;
  const Optional<NamespaceSetting>* setting;
};

std::array<NamedNamespace, 5> namespaces_of(const ContainerSpec& spec) {
  return {{{"pid_mode", &spec.pid_mode},
           {"ipc_mode", &spec.ipc_mode},
           {"uts_mode", &spec.uts_mode},
           {"userns_mode", &spec.userns_mode},
           {"cgroupns_mode", &spec.cgroupns_mode}}};
}

class Collector {
 public:
  Collector(const ContainerSpec& spec, const EngineInfo& engine)
      : spec_(spec), engine_(engine), podman_(engine.kind == "podman") {}

  std::vector<Unenforced> collect() && {
    user();
    network();
    security();
    limits();
    versions();
    if (podman_) {
      for (const std::string_view field : podman_gaps(spec_)) {
        add_always(std::string(field), "skillrun does not hand it to podman; use docker");
      }
    }
    for (const auto& entry : spec_.mounts) mount(entry);
    if (podman_ && spec_.domainname) add("domainname", "podman's API ignores it", spec_.domainname->origin);
    if (podman_ && spec_.cgroupns_mode) {
      add("cgroupns_mode", "podman's API ignores it; use the podman program (--engine cli:podman) or docker",
          spec_.cgroupns_mode->origin);
    }
    if (podman_ && spec_.gpus && spec_.gpus->value.count != 0) {
      add("gpus", "podman's API ignores it; use docker", spec_.gpus->origin);
    }
    if (spec_.platform && !known_since(1, 41)) {
      add("platform", fmt::format("the engine speaks API {}, which is too old for it", engine_.api_version),
          spec_.platform->origin);
    }
    return std::move(found_);
  }

 private:
  void add(std::string field, std::string reason, const Origin& origin) {
    found_.push_back({std::move(field), std::move(reason), declared(origin)});
  }
  /// For what would run as something else than was judged: refused even when a policy put it there.
  void add_always(std::string field, std::string reason) {
    found_.push_back({std::move(field), std::move(reason), true});
  }

  /// Without a version (no engine at hand) the newest is assumed.
  bool known_since(int major, int minor) const {
    return engine_.api_version.empty() || api_at_least(engine_.api_version, major, minor);
  }

  void user() {
    if (!spec_.user || !spec_.user->value.host || podman_ || !engine_.rootless) return;
    add("user",
        "rootless docker has no way to give the container the caller's own uid; use podman, or user = \"0:0\", which "
        "is the caller there",
        spec_.user->origin);
  }

  void network() {
    if (podman_) return;
    if (spec_.network_mode && spec_.network_mode->value.kind == NetworkKind::path) {
      add_always("network", "only podman joins a network namespace by its path");
    }
    for (const auto& [field, setting] : namespaces_of(spec_)) {
      if (*setting && (*setting)->value.mode == NamespaceMode::path) {
        add_always(std::string(field), "only podman joins a namespace by its path");
      }
    }
  }

  void security() {
    for (const auto& entry : spec_.security_opt) {
      const std::string_view option = entry.value;
      if (podman_ && option == "systempaths=unconfined") add("security_opt", "podman's API ignores it", entry.origin);
      if (const auto profile = seccomp_profile(option)) {
        if (!is_profile_text(*profile)) {
          add_always("security_opt", fmt::format("the seccomp profile of '{}' was not read", option));
        } else if (podman_) {
          add_always("security_opt", "podman reads a seccomp profile from a file of its own machine");
        }
      } else if ((option == "seccomp=builtin" || option == "seccomp:builtin") && (podman_ || !known_since(1, 42))) {
        add_always("security_opt", fmt::format("'{}' is the name of a file to this engine; its own profile applies "
                                               "without the option",
                                               option));
      }
    }
  }

  void limits() {
    if (podman_ && spec_.memory_swap && spec_.memory_swap->value < 0) {
      add("memory_swap", "podman's API gives twice the memory instead of an unlimited amount",
          spec_.memory_swap->origin);
    }
  }

  /// What older servers drop without a word.
  void versions() {
    const auto needs = [&](bool used, std::string_view field, int minor) {
      if (!used || podman_ || known_since(1, minor)) return;
      add_always(std::string(field),
                 fmt::format("the engine speaks API {}, this needs 1.{}", engine_.api_version, minor));
    };
    needs(!spec_.annotations.empty(), "annotations", 43);
    needs(!spec_.cdi_devices.empty(), "cdi_devices", 44);
    needs(spec_.healthcheck && spec_.healthcheck->value.start_interval.count() != 0, "healthcheck", 44);
    needs(spec_.gateway_priority.has_value(), "gateway_priority", 48);
    for (const auto& entry : spec_.mounts) {
      const BindRecursion recursion = entry.value.recursion;
      needs(recursion == BindRecursion::writable || recursion == BindRecursion::readonly, "mounts", 44);
    }
  }

  void mount(const Setting<Mount>& entry) {
    const Mount& mount = entry.value;
    if (!targets_.insert(mount.target).second) {
      add_always("mounts", fmt::format("two mounts have the target '{}'", mount.target));
    }
    if (!mount.subpath.empty()) {
      if (mount.type != MountType::volume) add_always("mounts", "only a volume can have a subpath");
      if (podman_) add_always("mounts", "podman's API ignores subpath");
      if (!podman_ && !known_since(1, 45)) {
        add_always("mounts",
                   fmt::format("the engine speaks API {}, subpath needs 1.45 (docker 26)", engine_.api_version));
      }
    }
    if (mount.type == MountType::tmpfs) return;
    if (needs_bind_syntax(mount, podman_)) {
      if (mount.recursion != BindRecursion::unset) {
        add_always("mounts", fmt::format("the recursion of a bind can not be combined with making or relabelling '{}'",
                                         mount.source));
      }
      if (mount.source.contains(':') || mount.target.contains(':')) {
        add_always("mounts", fmt::format("a path with ':' can not be mounted like this: '{}' to '{}'; use a mounts "
                                         "table without relabelling",
                                         mount.source, mount.target));
      }
    } else if (podman_ && (mount.source + mount.target).find_first_of(",\"\r\n") != std::string::npos) {
      // podman turns a mount of the API into the text of a --mount option, without quoting it.
      add_always("mounts", fmt::format("podman's API reads a comma or quote in a path as a mount option: '{}' to '{}'",
                                       mount.source, mount.target));
    }
  }

  const ContainerSpec& spec_;
  const EngineInfo& engine_;
  bool podman_;
  std::set<std::string_view> targets_;
  std::vector<Unenforced> found_;
};

}  // namespace

std::vector<Unenforced> unenforced_settings(const ContainerSpec& spec, const EngineInfo& engine) {
  return Collector(spec, engine).collect();
}

std::optional<Unenforced> unenforced_by_warning(const ContainerSpec& spec, std::string_view warning) {
  const auto origin_of = [](const auto& setting) { return setting ? &setting->origin : nullptr; };
  // The engine's own words, the more special first.
  const std::array<std::tuple<std::string_view, std::string_view, const Origin*>, 6> known{{
      {"swap limit", "memory_swap", origin_of(spec.memory_swap)},
      {"memory soft limit", "memory_reservation", origin_of(spec.memory_reservation)},
      {"memory limit", "memory", origin_of(spec.memory)},
      {"pids limit", "pids_limit", origin_of(spec.pids_limit)},
      {"CPU shares", "cpu_shares", origin_of(spec.cpu_shares)},
      {"Published ports are discarded", "ports", spec.ports.empty() ? nullptr : &spec.ports.front().origin},
  }};
  for (const auto& [words, field, origin] : known) {
    if (!warning.contains(words)) continue;
    if (origin == nullptr) return std::nullopt;
    return Unenforced{std::string(field), std::string(warning), declared(*origin)};
  }
  return std::nullopt;
}

bool api_at_least(std::string_view version, int major, int minor) {
  const auto dot = version.find('.');
  if (dot == std::string_view::npos) return false;
  const auto first = whole_number(version.substr(0, dot));
  const auto second = whole_number(version.substr(dot + 1));
  if (!first || !second) return false;
  return std::pair(*first, *second) >= std::pair(major, minor);
}

}  // namespace skillrun
