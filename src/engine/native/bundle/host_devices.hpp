#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <skillrun/engine_call.hpp>

namespace skillrun::inline v0 {

/// A device node of the machine.
struct HostDevice {
  std::string path;
  char type = 'c';  ///< 'c' for character, 'b' for block
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t mode = 0;  ///< permissions only
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// What device nodes the machine has. May be asked from several threads.
class DeviceSource {
 public:
  DeviceSource() = default;
  DeviceSource(const DeviceSource&) = delete;
  DeviceSource& operator=(const DeviceSource&) = delete;
  virtual ~DeviceSource() = default;

  /// The device at a path, through links; of a folder every device in it and below, sorted by path. Links in a folder
  /// are not followed. What is neither, and a folder without devices, is an error that says so.
  [[nodiscard]] virtual EngineResult<std::vector<HostDevice>> at(const std::string& path) const = 0;
  /// What a privileged container gets: all below /dev but terminals, shared memory and what runtimes make anew
  /// (HostDevices of runc's libcontainer/devices).
  [[nodiscard]] virtual EngineResult<std::vector<HostDevice>> all() const = 0;
};

/// By stat(2).
class MachineDevices final : public DeviceSource {
 public:
  [[nodiscard]] EngineResult<std::vector<HostDevice>> at(const std::string& path) const override;
  [[nodiscard]] EngineResult<std::vector<HostDevice>> all() const override;
};

}  // namespace skillrun::inline v0
