#pragma once

#include <string>

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"

namespace skillrun {

/// What docker and podman have in common, whichever way they are reached.
class DockerEngine : public Engine {
 public:
  [[nodiscard]] std::string name_of(const ImageReference& image) const final;
  [[nodiscard]] std::vector<EngineGap> gaps(const ContainerSpec& spec) const final;
  [[nodiscard]] EngineResult<ObservedContainer> observe(const std::string& id, const AskedContainer& asked,
                                                        CallLimits limits) final;
  /// The JSON that the engine's inspect gives.
  [[nodiscard]] virtual EngineResult<std::string> describe(const std::string& id, CallLimits limits) = 0;

 protected:
  [[nodiscard]] virtual Dialect dialect() const { return dialect_of(info()); }
  [[nodiscard]] bool is_podman() const { return dialect().podman; }
  /// Kind unsupported where there is a gap that does not give way. Whoever runs a spec has asked before; nothing is
  /// created for those who have not.
  [[nodiscard]] EngineResult<void> check_gaps(const ContainerSpec& spec) const;
};

}  // namespace skillrun
