#pragma once

#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// The root of a container's file system, which podman has mounted on this machine. Its archive calls answer for the
/// target of a mount from the mount; here is what the image has there.
class PodmanRoot {
 public:
  /// `path` as podman tells it: a folder of the user's own namespaces where it is rootless.
  PodmanRoot(std::string container, std::string path, bool rootless)
      : container_(std::move(container)), path_(std::move(path)), rootless_(rootless) {}

  [[nodiscard]] const std::string& container() const noexcept { return container_; }
  /// As Engine::look_at(). A root that cannot be seen from here is unsupported.
  [[nodiscard]] EngineResult<ContainerEntry> look_at(const std::string& path) const;

 private:
  std::string container_;
  std::string path_;
  bool rootless_;
};

}  // namespace skillrun::inline v0
