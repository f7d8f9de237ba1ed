#include "engine/docker/mount_objects.hpp"

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

std::string bind_text(const Mount& mount) {
  std::string options = mount.read_only ? "ro" : "rw";
  if (mount.relabel == Relabel::shared) options += ",z";
  if (mount.relabel == Relabel::private_) options += ",Z";
  if (mount.nocopy) options += ",nocopy";
  if (mount.propagation != Propagation::unset) options += fmt::format(",{}", to_string(mount.propagation));
  return fmt::format("{}:{}:{}", mount.source, mount.target, options);
}

json::object mount_object(const Mount& mount) {
  json::object out{{"Type", mount.type == MountType::bind ? "bind" : "volume"}};
  if (!mount.source.empty()) out["Source"] = mount.source;
  out["Target"] = mount.target;
  if (mount.read_only) out["ReadOnly"] = true;
  json::object bind;
  if (mount.propagation != Propagation::unset) bind["Propagation"] = to_string(mount.propagation);
  if (mount.recursion == BindRecursion::disabled) bind["NonRecursive"] = true;
  if (mount.recursion == BindRecursion::writable) bind["ReadOnlyNonRecursive"] = true;
  if (mount.recursion == BindRecursion::readonly) bind["ReadOnlyForceRecursive"] = true;
  if (!bind.empty()) out["BindOptions"] = std::move(bind);
  json::object volume;
  if (!mount.labels.empty()) volume["Labels"] = map_of(mount.labels);
  if (!mount.driver.empty() || !mount.driver_options.empty()) {
    json::object driver{{"Name", mount.driver}};
    if (!mount.driver_options.empty()) driver["Options"] = map_of(mount.driver_options);
    volume["DriverConfig"] = std::move(driver);
  }
  if (mount.nocopy) volume["NoCopy"] = true;
  if (!mount.subpath.empty()) volume["Subpath"] = mount.subpath;
  if (!volume.empty()) out["VolumeOptions"] = std::move(volume);
  return out;
}

std::string tmpfs_options(const Mount& mount) {
  std::string out = mount.read_only ? "ro" : "rw";
  if (mount.tmpfs_size) out += fmt::format(",size={}", *mount.tmpfs_size);
  if (mount.tmpfs_mode) out += fmt::format(",mode={:04o}", *mount.tmpfs_mode);
  if (!mount.tmpfs_options.empty()) out += "," + mount.tmpfs_options;
  return out;
}

}  // namespace

json::object map_of(const std::vector<KeyValue>& entries) {
  json::object out;
  for (const KeyValue& entry : entries) out[entry.key] = entry.value;
  return out;
}

bool needs_bind_syntax(const Mount& mount, bool podman) {
  if (mount.type == MountType::tmpfs) return false;
  if (mount.relabel != Relabel::none) return true;
  if (!podman) return false;
  // It turns a mount of the API into the text of a --mount option, without quoting it.
  const auto holds = [](const std::string& path, const char* bytes) {
    return path.find_first_of(bytes) != std::string::npos;
  };
  const bool unquoted = holds(mount.source, ",\"") && !holds(mount.source, ":") && !holds(mount.target, ":,\"");
  return mount.nocopy || (unquoted && mount.type == MountType::bind && mount.recursion == BindRecursion::unset);
}

void put_mounts(json::object& host, const SettingList<Mount>& list, bool podman) {
  json::array binds;
  json::array mounts;
  json::object tmpfs;
  for (const auto& entry : list) {
    const Mount& mount = entry.value;
    if (mount.type == MountType::tmpfs) {
      tmpfs[mount.target] = tmpfs_options(mount);
    } else if (needs_bind_syntax(mount, podman)) {
      binds.emplace_back(bind_text(mount));
    } else {
      mounts.emplace_back(mount_object(mount));
    }
  }
  if (!binds.empty()) host["Binds"] = std::move(binds);
  if (!mounts.empty()) host["Mounts"] = std::move(mounts);
  if (!tmpfs.empty()) host["Tmpfs"] = std::move(tmpfs);
}

}  // namespace skillrun::inline v0
