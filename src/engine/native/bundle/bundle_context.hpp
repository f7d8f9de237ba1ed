#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/native/bundle/host_devices.hpp"
#include "engine/native/bundle/image_users.hpp"

namespace skillrun::inline v0 {

/// What stands at the target of a volume: a named one, an anonymous one, or one that the image declares.
struct VolumeFolder {
  std::string target;  ///< as the spec has it; of the image's own, as image_volumes() says it
  std::string folder;  ///< absolute, of this machine
};

/// Numbers of users or groups in a container's user namespace, and what they are outside.
struct IdMapping {
  std::uint32_t container = 0;
  std::uint32_t host = 0;
  std::uint32_t size = 0;
};

/// What the machine, the image and the run add to a spec. Views of what the caller keeps.
struct BundleContext {
  const ImageInfo& image;
  const ImageIdentity& who;      ///< of the spec's or the image's user: identify()
  const DeviceSource& devices;   ///< of the machine
  std::string rootfs;            ///< absolute path of the mounted root file system
  std::string id;                ///< 64 hexadecimal digits; the host name defaults to its first twelve, as docker's
  std::string cgroup;            ///< where the runtime makes its control group (cgroupsPath)
  std::string files;             ///< folder with the run's own hosts, hostname and resolv.conf
  std::string host_name;         ///< the machine's, for containers that share its network
  std::string architecture;      ///< of the machine, as Go calls it: "amd64"
  std::string seccomp_profile;   ///< text of the default profile: resolve_default_seccomp()
  std::string apparmor_profile;  ///< loaded and applied by default; empty: the kernel has no AppArmor
  std::string init_program;      ///< on the machine, statically linked, for `init`; empty: none

  std::span<const std::string> capabilities = {};  ///< all that may be given, without CAP_: what ALL means here
  std::span<const VolumeFolder> volumes = {};
  std::span<const SourceAlias> aliases = {};
  std::span<const std::pair<std::string, std::string>> environment = {};  ///< StartOptions::environment
  std::span<const IdMapping> uid_mappings = {};                           ///< empty: no user namespace of its own
  std::span<const IdMapping> gid_mappings = {};

  std::span<const std::string> without = {};  ///< settings that gave way: nothing of them is written

  bool tty = false;
  std::optional<TerminalSize> terminal_size = {};
  bool rootless = false;             ///< the runtime runs without the machine's root
  bool unified_cgroups = false;      ///< version 2
  bool device_rules = true;          ///< a control group keeps devices away
  bool swap_limit = true;            ///< the memory controller accounts for swap
  bool recursive_read_only = false;  ///< mount_setattr(2), and a runtime that knows "rro"

  [[nodiscard]] bool gave_way(std::string_view setting) const {
    return std::ranges::find(without, setting) != without.end();
  }
};

}  // namespace skillrun::inline v0
