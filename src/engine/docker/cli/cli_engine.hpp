#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/docker/cli/attached_client.hpp"
#include "engine/docker/cli/cli_probe.hpp"
#include "engine/docker/cli/client.hpp"
#include "engine/docker/cli/look_inside.hpp"
#include "engine/docker/docker_engine.hpp"
#include "support/process/private_folder.hpp"

namespace skillrun::inline v0 {

/// docker or podman as a program: containers in cli_engine.cpp, images and volumes in cli_stores.cpp.
class CliEngine final : public DockerEngine {
 public:
  CliEngine(Client client, CliProbe probe)
      : client_(std::move(client)), info_(std::move(probe.info)), dialect_(std::move(probe.dialect)) {}

  [[nodiscard]] const EngineInfo& info() const noexcept override { return info_; }
  [[nodiscard]] EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference,
                                                                     CallLimits limits) override;
  [[nodiscard]] EngineResult<void> fetch_image(const ImageReference& image, const std::optional<std::string>& platform,
                                               const ProgressSink& progress, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive,
                                                CallLimits limits) override;
  [[nodiscard]] EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context,
                                               const ProgressSink& progress, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::string> create(const ApprovedSpec& approved, const RunLabels& labels,
                                                 const StartOptions& options, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::unique_ptr<AttachedContainer>> start_container(const std::string& id,
                                                                                 const StartOptions& options,
                                                                                 CallLimits limits) override;
  [[nodiscard]] EngineResult<ContainerState> inspect(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::string> describe(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<std::string> data_root(CallLimits limits) override;
  [[nodiscard]] EngineResult<ContainerEntry> look_at(const std::string& id, const std::string& path,
                                                     CallLimits limits) override;
  [[nodiscard]] EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label,
                                                                           CallLimits limits) override;
  [[nodiscard]] EngineResult<std::optional<VolumeInfo>> inspect_volume(const std::string& name,
                                                                       CallLimits limits) override;
  [[nodiscard]] EngineResult<void> create_volume(const VolumeRequest& request, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> kill(const std::string& id, int signal, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> remove_container(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> pause(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> resume(const std::string& id, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> resize(const std::string& id, int rows, int columns, CallLimits limits) override;

 private:
  [[nodiscard]] Dialect dialect() const override { return dialect_; }
  [[nodiscard]] EngineResult<void> run(std::vector<std::string> words, CallLimits limits,
                                       const CommandStreams& streams = {}) const {
    auto output = client_.run(std::move(words), limits, streams);
    if (!output) return std::unexpected(output.error());
    return {};
  }

  [[nodiscard]] static std::unexpected<EngineError> unsupported(std::string message) {
    return std::unexpected(EngineError{EngineError::Kind::unsupported, std::move(message)});
  }

  [[nodiscard]] EngineResult<void> connect_terminal(const StartOptions& options, AttachedClient::Pipes& ours,
                                                    AttachedClient::Pipes& theirs);

  Client client_;
  EngineInfo info_;
  Dialect dialect_;
  /// podman keeps no record of why a start failed, so what its client said is kept here.
  std::string failed_id_;
  std::string failed_words_;
  std::optional<PodmanRoot> root_;  ///< podman's, of the container that is looked at
  /// podman's monitor leaves its note that memory ran out in the folder that podman was started in, where podman does
  /// not look for it and where it would litter the caller's.
  std::string noted_id_;
  std::unique_ptr<PrivateFolder> notes_;
  UniqueFd terminal_;  ///< of the client that carries a skill with one
};

/// An engine behind its command-line client, docker's or podman's: asks the client who answers. `program` is a name
/// looked up in PATH, or a path. The error tells "not installed" (unavailable), "no permission" and "not running"
/// (unavailable, in the client's words) apart.
[[nodiscard]] std::expected<std::unique_ptr<Engine>, EngineError> make_cli_engine(const std::string& program,
                                                                                  CallLimits limits);

}  // namespace skillrun::inline v0
