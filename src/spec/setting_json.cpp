#include "spec/setting_json.hpp"

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

json::array to_value(const std::vector<std::string>& words) { return json::array(words.begin(), words.end()); }

json::object to_value(const std::vector<KeyValue>& entries) {
  json::object object;
  for (const KeyValue& entry : entries) object[entry.key] = entry.value;
  return object;
}

}  // namespace

json::value to_json(const std::string& value) { return json::value(value); }
json::value to_json(bool value) { return json::value(value); }
json::value to_json(std::int64_t value) { return json::value(value); }
json::value to_json(std::chrono::seconds value) { return json::value(value.count()); }
json::value to_json(std::chrono::nanoseconds value) {
  return json::value(fmt::format("{}s", std::chrono::duration<double>(value).count()));
}
json::value to_json(const ImageReference& image) { return json::value(image.familiar()); }
json::value to_json(const UserSpec& user) { return json::value(user.text()); }
json::value to_json(const NetworkMode& network) { return json::value(network.text()); }
json::value to_json(const KeyValue& entry) { return json::value(entry.key + "=" + entry.value); }
json::value to_json(const ExtraHost& host) { return json::value(host.host + ":" + host.address); }
json::value to_json(const NamespaceSetting& setting) { return json::value(setting.text()); }
json::value to_json(const Link& link) { return json::value(link.container + ":" + link.alias); }
json::value to_json(const DeviceRate& rate) { return json::value(fmt::format("{}:{}", rate.path, rate.rate)); }

json::value to_json(const RestartPolicy& policy) {
  if (policy.maximum_retries == 0) return json::value(policy.name);
  return json::value(fmt::format("{}:{}", policy.name, policy.maximum_retries));
}

json::value to_json(const GpuRequest& gpus) {
  json::object object;
  if (gpus.count != 0) object["count"] = gpus.count < 0 ? json::value("all") : json::value(gpus.count);
  if (!gpus.driver.empty()) object["driver"] = gpus.driver;
  if (!gpus.device_ids.empty()) object["devices"] = to_value(gpus.device_ids);
  if (!gpus.capabilities.empty()) object["capabilities"] = to_value(gpus.capabilities);
  if (!gpus.options.empty()) object["options"] = to_value(gpus.options);
  return object;
}

json::value to_json(const Healthcheck& check) {
  json::object object;
  if (check.disabled) object["disabled"] = true;
  if (!check.command.empty()) object["command"] = check.command;
  const auto time = [&](const char* name, std::chrono::nanoseconds span) {
    if (span.count() != 0) object[name] = to_json(span);
  };
  time("interval", check.interval);
  time("timeout", check.timeout);
  time("start_period", check.start_period);
  time("start_interval", check.start_interval);
  if (check.retries != 0) object["retries"] = check.retries;
  return object;
}

/// A value copied from the caller's environment is not shown: explain's output ends in logs.
json::value to_json(const EnvironmentEntry& entry) {
  return json::value(entry.from_caller || !entry.value ? entry.name : entry.name + "=" + *entry.value);
}

json::value to_json(PullPolicy pull) { return json::value(to_string(pull)); }

json::value to_json(TtyMode mode) {
  switch (mode) {
    case TtyMode::automatic: return "auto";
    case TtyMode::on: return true;
    case TtyMode::off: return false;
  }
  return nullptr;
}

json::value to_json(const BuildRecipe& recipe) {
  if (recipe.packages) {
    return json::object{{"packages", json::object{{"suite", recipe.packages->suite},
                                                  {"include", json::array(recipe.packages->include.begin(),
                                                                          recipe.packages->include.end())}}}};
  }
  if (!recipe.context) return nullptr;
  json::object args;
  for (const auto& arg : recipe.context->args) args[arg.value.key] = arg.value.value;
  return json::object{{"context", recipe.context->context},
                      {"dockerfile", recipe.context->dockerfile},
                      {"target", recipe.context->target},
                      {"args", std::move(args)}};
}

json::value to_json(const PortMapping& port) {
  return json::object{{"host_ip", port.host_ip},
                      {"host_port", port.host_port ? json::value(*port.host_port) : json::value(nullptr)},
                      {"container_port", port.container_port},
                      {"protocol", port.protocol}};
}

json::value to_json(const Ulimit& limit) {
  return json::object{{"name", limit.name}, {"soft", limit.soft}, {"hard", limit.hard}};
}

json::value to_json(const Device& device) {
  return json::object{{"host", device.host}, {"container", device.container}, {"permissions", device.permissions}};
}

json::value to_json(const Mount& mount) {
  json::object object;
  object["type"] = to_string(mount.type);
  if (!mount.source.empty()) object["source"] = mount.source;
  object["target"] = mount.target;
  object["read_only"] = mount.read_only;
  if (mount.propagation != Propagation::unset) object["propagation"] = to_string(mount.propagation);
  if (mount.relabel != Relabel::none) object["relabel"] = mount.relabel == Relabel::shared ? "shared" : "private";
  if (mount.nocopy) object["nocopy"] = true;
  if (!mount.subpath.empty()) object["subpath"] = mount.subpath;
  if (mount.tmpfs_size) object["size"] = *mount.tmpfs_size;
  if (mount.tmpfs_mode) object["mode"] = fmt::format("{:o}", *mount.tmpfs_mode);
  if (!mount.tmpfs_options.empty()) object["options"] = mount.tmpfs_options;
  if (!mount.driver.empty()) object["driver"] = mount.driver;
  if (!mount.driver_options.empty()) object["driver_options"] = to_value(mount.driver_options);
  if (!mount.labels.empty()) object["labels"] = to_value(mount.labels);
  if (mount.recursion != BindRecursion::unset) object["recursive"] = to_string(mount.recursion);
  return object;
}

}  // namespace skillrun::inline v0
