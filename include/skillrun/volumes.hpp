#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine_call.hpp>
#include <skillrun/export.hpp>

namespace skillrun::inline v0 {

/// A named volume that the engine has.
struct VolumeInfo {
  std::string driver;
  std::vector<std::pair<std::string, std::string>> options;  ///< of the driver
  std::vector<std::pair<std::string, std::string>> labels = {};
};

/// A named volume to be made.
struct VolumeRequest {
  std::string name;
  std::string driver;  ///< empty: the engine's own (local)
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, std::string>> labels;
};

/// The named volumes of an engine.
class SKILLRUN_API VolumeStore {
 public:
  VolumeStore() = default;
  VolumeStore(const VolumeStore&) = delete;
  VolumeStore& operator=(const VolumeStore&) = delete;
  virtual ~VolumeStore() = default;

  /// The named volume, or nothing when the engine does not have it.
  [[nodiscard]] virtual EngineResult<std::optional<VolumeInfo>> inspect_volume(const std::string& name,
                                                                               CallLimits limits) = 0;
  /// Makes a named volume. One of that name stays as it is.
  [[nodiscard]] virtual EngineResult<void> create_volume(const VolumeRequest& request, CallLimits limits) = 0;
};

}  // namespace skillrun::inline v0
