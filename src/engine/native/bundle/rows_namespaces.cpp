// What runs it, and the namespaces that separate it from the machine and from its neighbours.
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

void runtime_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (spec.runtime && spec.runtime->value != can.runtime) {
    gaps.differs(spec.runtime->origin,
                 fmt::format("'{}' is wanted, and this engine uses {}; choose the engine native:{}",
                             printable(spec.runtime->value), can.runtime, printable(spec.runtime->value)));
  }
}

/// The name of a systemd slice means nothing in a tree of folders.
void cgroup_parent_gaps(const Spec& spec, const NativeAbilities& can, GapSink& gaps) {
  if (!spec.cgroup_parent) return;
  if (can.rootless || can.cgroups == 0) {
    gaps.differs(spec.cgroup_parent->origin, "this process may not choose among the machine's control groups");
  } else if (!spec.cgroup_parent->value.starts_with('/')) {
    gaps.differs(spec.cgroup_parent->origin, "the native engine takes a path that begins with a slash");
  }
}

void write_cgroup(const Spec& /*spec*/, ConfigWriter& config) {
  if (!config.context().cgroup.empty()) config.linux_part()["cgroupsPath"] = config.context().cgroup;
}

void write_annotations(const Spec& spec, ConfigWriter& config) {
  if (spec.annotations.empty()) return;
  json::object annotations;
  for (const auto& entry : spec.annotations) annotations[entry.value.key] = entry.value.value;
  config.top()["annotations"] = std::move(annotations);
}

/// Some of them tell crun, runc or runsc what to do beside the specification: other handlers, groups, cgroups. docker's
/// runtime would not read most of them, so who admitted them did not mean that.
void annotation_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  for (const auto& entry : spec.annotations) {
    const std::string& name = entry.value.key;
    for (const std::string_view prefix : {"run.oci.", "module.wasm.", "org.criu.", "org.systemd.", "dev.gvisor.",
                                          "io.kubernetes.", "io.katacontainers."}) {
      if (name.starts_with(prefix)) {
        gaps.differs(entry.origin,
                     fmt::format("'{}' would tell the runtime what no policy has judged", printable(name)));
      }
    }
  }
}

void other_mode_gaps(const Setting<NamespaceSetting>& setting, GapSink& gaps) {
  gaps.differs(setting.origin, fmt::format("'{}': the native engine does not have it; use "
                                           "docker or podman",
                                           printable(setting.value.text())));
}

bool is_of_machine(const OptionalSetting<NamespaceSetting>& setting) {
  return setting && setting->value.mode == NamespaceMode::host;
}

/// One of its own is what docker gives by default.
template <auto pointer>
void write_namespace(const Spec& spec, ConfigWriter& config, std::string_view type) {
  if (!is_of_machine(spec.*pointer)) config.add_namespace(type);
}

/// The keeper's own lies between the machine's and the container's.
void process_namespace_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (spec.pid_mode && spec.pid_mode->value.mode != NamespaceMode::private_) other_mode_gaps(*spec.pid_mode, gaps);
}

template <auto pointer>
void joined_namespace_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  const auto& setting = spec.*pointer;
  if (!setting) return;
  const NamespaceMode mode = setting->value.mode;
  if (mode == NamespaceMode::container || mode == NamespaceMode::path) other_mode_gaps(*setting, gaps);
}

void write_pid(const Spec& spec, ConfigWriter& config) { write_namespace<&Spec::pid_mode>(spec, config, "pid"); }
void write_ipc(const Spec& spec, ConfigWriter& config) { write_namespace<&Spec::ipc_mode>(spec, config, "ipc"); }
void write_uts(const Spec& spec, ConfigWriter& config) { write_namespace<&Spec::uts_mode>(spec, config, "uts"); }

json::array mappings(std::span<const IdMapping> ids) {
  json::array list;
  for (const IdMapping& id : ids) {
    list.push_back(json::object{{"containerID", id.container}, {"hostID", id.host}, {"size", id.size}});
  }
  return list;
}

/// The mappings are the engine's: root maps nobody, and another user only what is his.
void write_user_namespace(const Spec& /*spec*/, ConfigWriter& config) {
  const BundleContext& context = config.context();
  if (context.uid_mappings.empty() && context.gid_mappings.empty()) return;
  config.add_namespace("user");
  config.linux_part()["uidMappings"] = mappings(context.uid_mappings);
  config.linux_part()["gidMappings"] = mappings(context.gid_mappings);
}

void user_namespace_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (spec.userns_mode && !is_of_machine(spec.userns_mode)) other_mode_gaps(*spec.userns_mode, gaps);
}

/// docker's default: the machine's with version 1, one of its own with version 2.
void write_cgroup_namespace(const Spec& spec, ConfigWriter& config) {
  const bool own =
      spec.cgroupns_mode ? spec.cgroupns_mode->value.mode == NamespaceMode::private_ : config.context().unified_cgroups;
  if (own) config.add_namespace("cgroup");
}

constexpr BundleRow namespace_rows[] = {
    {.setting = "runtime", .gaps = runtime_gaps, .elsewhere = "it is the program that reads the config"},
    outside("isolation", "its one value is what every machine but Windows does"),
    {.setting = "cgroup_parent", .write = write_cgroup, .gaps = cgroup_parent_gaps},
    {.setting = "annotations", .write = write_annotations, .gaps = annotation_gaps},
    {.setting = "pid_mode", .write = write_pid, .gaps = process_namespace_gaps},
    {.setting = "ipc_mode", .write = write_ipc, .gaps = joined_namespace_gaps<&Spec::ipc_mode>},
    {.setting = "uts_mode", .write = write_uts, .gaps = joined_namespace_gaps<&Spec::uts_mode>},
    {.setting = "userns_mode", .write = write_user_namespace, .gaps = user_namespace_gaps},
    {.setting = "cgroupns_mode", .write = write_cgroup_namespace, .gaps = joined_namespace_gaps<&Spec::cgroupns_mode>},
};

constexpr SharedNamespace may_be_shared[] = {{"pid", "pid_mode", shares_processes},
                                             {"ipc", "ipc_mode", shares_ipc},
                                             {"uts", "uts_mode", shares_name},
                                             {"net", "network_mode", shares_network}};

}  // namespace

std::span<const SharedNamespace> shared_namespaces() { return may_be_shared; }

bool shares_processes(const ContainerSpec& spec) { return is_of_machine(spec.pid_mode); }

bool shares_ipc(const ContainerSpec& spec) { return is_of_machine(spec.ipc_mode); }

bool shares_name(const ContainerSpec& spec) { return is_of_machine(spec.uts_mode); }

bool has_shared_memory(const ContainerSpec& spec) {
  return !spec.ipc_mode || spec.ipc_mode->value.mode != NamespaceMode::none;
}

std::span<const BundleRow> namespace_bundle_rows() { return namespace_rows; }

}  // namespace skillrun::inline v0
