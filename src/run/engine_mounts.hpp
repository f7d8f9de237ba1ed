#pragma once

#include <optional>
#include <span>
#include <string>
#include <system_error>

#include <skillrun/engine.hpp>

#include "engine/podman_keeper.hpp"

namespace skillrun::inline v0 {

/// The mount namespace in which an engine of this machine looks paths up, where this process may mount in it.
class EngineMounts {
 public:
  struct Bind {
    std::string path;   ///< a real path
    int fd = -1;        ///< what was found there, opened in this process's own namespace
    std::string point;  ///< an empty file or folder that nobody else can reach
  };

  /// Nothing where the namespace is not known.
  [[nodiscard]] static std::optional<EngineMounts> of(const EngineInfo& engine);

  /// Mounts each source on its point, with what is mounted below it; all or an error. In a namespace of its own the
  /// path is opened once more without following links, and must be the file that is held.
  [[nodiscard]] std::error_code bind(std::span<const Bind> binds) const;

 private:
  /// Other ones than this process's own; empty otherwise.
  std::optional<PodmanNamespaces> others_;
};

}  // namespace skillrun::inline v0
