#pragma once

#include <memory>
#include <optional>
#include <string>

#include <skillrun/engine.hpp>

#include "engine/docker/dialect.hpp"

namespace skillrun::inline v0 {

/// What docker and podman have in common, whichever way they are reached. All their parts are behind one connection or
/// client, and so one object.
class DockerEngine : public Engine, public ImageStore, public VolumeStore, public ContainerBackend {
 public:
  [[nodiscard]] ImageStore& images() noexcept final { return *this; }
  [[nodiscard]] VolumeStore& volumes() noexcept final { return *this; }
  [[nodiscard]] ContainerBackend& containers() noexcept final { return *this; }
  [[nodiscard]] std::string name_of(const ImageReference& image) const final;
  [[nodiscard]] std::vector<EngineGap> gaps(const ContainerSpec& spec) const final;
  [[nodiscard]] EngineResult<ObservedContainer> observe(const std::string& id, const AskedContainer& asked,
                                                        CallLimits limits) final;
  /// Fails with kind transient for what may pass by itself.
  [[nodiscard]] EngineResult<void> pull_image(const ImageReference& image, const std::optional<std::string>& platform,
                                              const ProgressSink& progress, CallLimits limits) final;
  /// Fails with kind no_such_command or not_executable where the command is to blame.
  [[nodiscard]] EngineResult<std::unique_ptr<AttachedContainer>> start(const std::string& id,
                                                                       const StartOptions& options,
                                                                       CallLimits limits) final;
  /// An engine that kills first says no where the container ends by itself in that moment (podman: "container state
  /// improper: stopped"), and so it is asked again a few times, for less than a second.
  [[nodiscard]] EngineResult<void> remove(const std::string& id, CallLimits limits) final;
  /// The JSON that the engine's inspect gives.
  [[nodiscard]] virtual EngineResult<std::string> describe(const std::string& id, CallLimits limits) = 0;
  /// The folder that docker keeps its images and containers in. podman is not asked.
  [[nodiscard]] virtual EngineResult<std::string> data_root(CallLimits limits) = 0;

 protected:
  [[nodiscard]] virtual EngineResult<void> fetch_image(const ImageReference& image,
                                                       const std::optional<std::string>& platform,
                                                       const ProgressSink& progress, CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<std::unique_ptr<AttachedContainer>> start_container(const std::string& id,
                                                                                         const StartOptions& options,
                                                                                         CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> remove_container(const std::string& id, CallLimits limits) = 0;
  [[nodiscard]] virtual Dialect dialect() const { return dialect_of(info()); }
  [[nodiscard]] bool is_podman() const { return dialect().podman; }
  /// Kind unsupported where there is a gap that does not give way. Whoever runs a spec has asked before; nothing is
  /// created for those who have not.
  [[nodiscard]] EngineResult<void> check_gaps(const ContainerSpec& spec) const;
};

}  // namespace skillrun::inline v0
