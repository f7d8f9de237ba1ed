#include "report/spec_document.hpp"

#include <fmt/format.h>

namespace skillrun {

namespace {

json::value to_value(const std::string& value) { return json::value(value); }
json::value to_value(bool value) { return json::value(value); }
json::value to_value(std::int64_t value) { return json::value(value); }
json::value to_value(std::chrono::seconds value) { return json::value(value.count()); }
json::value to_value(std::chrono::nanoseconds value) {
  return json::value(fmt::format("{}s", std::chrono::duration<double>(value).count()));
}
json::value to_value(const ImageReference& image) { return json::value(image.familiar()); }
json::value to_value(const UserSpec& user) { return json::value(user.text()); }
json::value to_value(const NetworkMode& network) { return json::value(network.text()); }
json::value to_value(const KeyValue& entry) { return json::value(entry.key + "=" + entry.value); }
json::value to_value(const ExtraHost& host) { return json::value(host.host + ":" + host.address); }
json::value to_value(const GpuRequest& gpus) { return gpus.count < 0 ? json::value("all") : json::value(gpus.count); }

/// A value copied from the caller's environment is not shown: explain's output ends in logs.
json::value to_value(const EnvironmentEntry& entry) {
  return json::value(entry.from_caller || !entry.value ? entry.name : entry.name + "=" + *entry.value);
}

json::value to_value(PullPolicy pull) {
  switch (pull) {
    case PullPolicy::missing: return "missing";
    case PullPolicy::always: return "always";
    case PullPolicy::never: return "never";
  }
  return nullptr;
}

json::value to_value(TtyMode mode) {
  switch (mode) {
    case TtyMode::automatic: return "auto";
    case TtyMode::on: return true;
    case TtyMode::off: return false;
  }
  return nullptr;
}

json::value to_value(const BuildRecipe& recipe) {
  if (recipe.packages) {
    return json::object{{"packages", json::object{{"suite", recipe.packages->suite},
                                                  {"include", json::array(recipe.packages->include.begin(),
                                                                          recipe.packages->include.end())}}}};
  }
  if (!recipe.context) return nullptr;
  json::object args;
  for (const KeyValue& arg : recipe.context->args) args[arg.key] = arg.value;
  return json::object{{"context", recipe.context->context},
                      {"dockerfile", recipe.context->dockerfile},
                      {"target", recipe.context->target},
                      {"args", std::move(args)}};
}

json::value to_value(const PortMapping& port) {
  return json::object{{"host_ip", port.host_ip},
                      {"host_port", port.host_port ? json::value(*port.host_port) : json::value(nullptr)},
                      {"container_port", port.container_port},
                      {"protocol", port.protocol}};
}

json::value to_value(const Ulimit& limit) {
  return json::object{{"name", limit.name}, {"soft", limit.soft}, {"hard", limit.hard}};
}

json::value to_value(const Device& device) {
  return json::object{{"host", device.host}, {"container", device.container}, {"permissions", device.permissions}};
}

json::value to_value(const Mount& mount) {
  json::object object;
  switch (mount.type) {
    case MountType::bind: object["type"] = "bind"; break;
    case MountType::volume: object["type"] = "volume"; break;
    case MountType::tmpfs: object["type"] = "tmpfs"; break;
  }
  if (!mount.source.empty()) object["source"] = mount.source;
  object["target"] = mount.target;
  object["read_only"] = mount.read_only;
  switch (mount.propagation) {
    case Propagation::unset: break;
    case Propagation::private_: object["propagation"] = "private"; break;
    case Propagation::rprivate: object["propagation"] = "rprivate"; break;
    case Propagation::shared: object["propagation"] = "shared"; break;
    case Propagation::rshared: object["propagation"] = "rshared"; break;
    case Propagation::slave: object["propagation"] = "slave"; break;
    case Propagation::rslave: object["propagation"] = "rslave"; break;
  }
  if (mount.relabel != Relabel::none) object["relabel"] = mount.relabel == Relabel::shared ? "shared" : "private";
  if (mount.nocopy) object["nocopy"] = true;
  if (!mount.subpath.empty()) object["subpath"] = mount.subpath;
  if (mount.tmpfs_size) object["size"] = *mount.tmpfs_size;
  if (mount.tmpfs_mode) object["mode"] = fmt::format("{:o}", *mount.tmpfs_mode);
  if (!mount.tmpfs_options.empty()) object["options"] = mount.tmpfs_options;
  return object;
}

/// Calls `single(name, setting)` for each set field and `list(name, settings)` for each list that is not empty. The
/// one place that walks all of a ContainerSpec for reports.
template <class Single, class Many>
void walk(const ContainerSpec& spec, Single single, Many list) {
  const auto optional = [&](const char* name, const auto& setting) {
    if (setting) single(name, *setting);
  };
  const auto many = [&](const char* name, const auto& settings) {
    if (!settings.empty()) list(name, settings);
  };
  single("image", spec.image);
  optional("platform", spec.platform);
  optional("build", spec.build);
  optional("entrypoint", spec.entrypoint);
  many("command", spec.command);
  many("env", spec.env);
  many("labels", spec.labels);
  optional("working_dir", spec.working_dir);
  optional("user", spec.user);
  many("group_add", spec.group_add);
  optional("hostname", spec.hostname);
  optional("domainname", spec.domainname);
  optional("init", spec.init);
  optional("stop_signal", spec.stop_signal);
  optional("stop_timeout", spec.stop_timeout);
  optional("privileged", spec.privileged);
  optional("readonly_rootfs", spec.readonly_rootfs);
  many("cap_add", spec.cap_add);
  many("cap_drop", spec.cap_drop);
  optional("no_new_privileges", spec.no_new_privileges);
  many("security_opt", spec.security_opt);
  many("sysctls", spec.sysctls);
  many("devices", spec.devices);
  optional("gpus", spec.gpus);
  many("mounts", spec.mounts);
  optional("network_mode", spec.network_mode);
  many("ports", spec.ports);
  many("dns", spec.dns);
  many("extra_hosts", spec.extra_hosts);
  optional("memory", spec.memory);
  optional("memory_swap", spec.memory_swap);
  optional("memory_reservation", spec.memory_reservation);
  optional("nano_cpus", spec.nano_cpus);
  optional("cpu_shares", spec.cpu_shares);
  optional("pids_limit", spec.pids_limit);
  optional("shm_size", spec.shm_size);
  optional("oom_score_adj", spec.oom_score_adj);
  many("ulimits", spec.ulimits);
  optional("rm", spec.rm);
  optional("pull", spec.pull);
  optional("timeout", spec.timeout);
  optional("stdin", spec.stdin_open);
  optional("tty", spec.tty);
}

}  // namespace

std::string describe_origin(const Origin& origin, const ContainerSpec& spec) {
  switch (origin.kind) {
    case OriginKind::builtin: return "default";
    case OriginKind::policy_default: return fmt::format("policy {}", origin.field);
    case OriginKind::command_line: return origin.field.empty() ? "command line" : origin.field;
    case OriginKind::manifest:
    case OriginKind::extra_args: break;
  }
  if (!spec.source || !origin.span.known()) return origin.field;
  return fmt::format("{}:{}:{} ({})", spec.source->name, origin.span.begin.line, origin.span.begin.column,
                     origin.field);
}

std::vector<SpecField> spec_fields(const ContainerSpec& spec) {
  std::vector<SpecField> fields;
  walk(
      spec,
      [&](const char* name, const auto& setting) {
        fields.push_back({name, to_value(setting.value), &setting.origin});
      },
      [&](const char* name, const auto& settings) {
        for (std::size_t i = 0; i < settings.size(); ++i) {
          fields.push_back({fmt::format("{}[{}]", name, i), to_value(settings[i].value), &settings[i].origin});
        }
      });
  return fields;
}

json::object spec_document(const ContainerSpec& spec) {
  json::object document;
  const auto entry = [&](const auto& setting) {
    return json::object{{"value", to_value(setting.value)}, {"origin", describe_origin(setting.origin, spec)}};
  };
  walk(
      spec, [&](const char* name, const auto& setting) { document[name] = entry(setting); },
      [&](const char* name, const auto& settings) {
        json::array entries;
        for (const auto& setting : settings) entries.emplace_back(entry(setting));
        document[name] = std::move(entries);
      });
  return document;
}

}  // namespace skillrun
