#pragma once

#include <memory>
#include <optional>
#include <string>

#include <skillrun/engine.hpp>

#include "engine/docker/docker_engine.hpp"
#include "engine/docker/podman_root.hpp"
#include "engine/docker/registry_credentials.hpp"
#include "engine/wire/http_client.hpp"

namespace skillrun::inline v0 {

/// Docker's Engine API on a unix socket, over TCP or ssh; podman's compatible API too. Keeps one connection for calls
/// with short answers; the streams of a container and the wait for its end have connections of their own.
class ApiEngine final : public DockerEngine {
 public:
  /// Asks what listens at `endpoint` (one ping) and agrees on a version of the API. What answers but is not an engine
  /// is kind protocol, one that is too old kind unsupported. `for_info`: the time of complete_info(), where it is
  /// needed; an engine that answers a ping at once may gather what it tells of itself for seconds.
  [[nodiscard]] static EngineResult<std::unique_ptr<ApiEngine>> open(const Endpoint& endpoint, CallLimits limits,
                                                                     CallLimits for_info);
  [[nodiscard]] static EngineResult<std::unique_ptr<ApiEngine>> open(const Endpoint& endpoint, CallLimits limits) {
    return open(endpoint, limits, limits);
  }

  /// Asks for what info() holds only then: the engine's own version and architecture, and whether it is rootless.
  [[nodiscard]] EngineResult<void> complete_info(CallLimits limits);

  /// The logins that registries are shown. They are not sent where anybody could read them on their way.
  void use_credentials(RegistryCredentials credentials) { credentials_ = std::move(credentials); }

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
  explicit ApiEngine(const Endpoint& endpoint)
      : client_(endpoint), private_line_(endpoint.kind != Endpoint::Kind::tcp || endpoint.tls.has_value()) {}

  [[nodiscard]] std::string path(const std::string& rest) const { return "/v" + info_.api_version + rest; }
  /// podman's own API beside the compatible one; any version up to its own is taken.
  [[nodiscard]] std::string libpod_path(const std::string& rest) const {
    return "/v" + percent_encode(info_.version) + "/libpod" + rest;
  }
  /// The body of a successful answer; every other status is an error.
  [[nodiscard]] EngineResult<std::string> call(std::string_view method, const std::string& rest, CallLimits limits,
                                               std::string body = {});
  /// The same for a path of any API that the socket serves.
  [[nodiscard]] EngineResult<std::string> request(std::string_view method, std::string target, CallLimits limits,
                                                  std::string body = {});
  /// A request whose answer is a stream of messages.
  [[nodiscard]] EngineResult<void> call_with_progress(HttpRequest request, const ByteSource* upload,
                                                      const ProgressSink& progress, CallLimits limits);
  [[nodiscard]] EngineResult<std::string> create_container(const ContainerSpec& spec, const RunLabels& labels,
                                                           const StartOptions& options, CallLimits limits);
  [[nodiscard]] EngineResult<void> check_platform(const ContainerSpec& spec, const StartOptions& options,
                                                  CallLimits limits);
  [[nodiscard]] EngineResult<void> check_sources(const ContainerSpec& spec) const;
  [[nodiscard]] EngineResult<void> check_warnings(const ContainerSpec& spec, const std::string& id,
                                                  const std::vector<std::string>& warnings, CallLimits limits);
  [[nodiscard]] EngineResult<PodmanRoot> mount_root(const std::string& id, CallLimits limits);
  void unmount_root(CallLimits limits);
  void set_terminal_size(const std::string& id, const StartOptions& options, CallLimits limits);
  void remember_failed_start(const std::string& id, const EngineError& error);

  /// How a start failed, where the engine's inspect does not tell (podman).
  struct FailedStart {
    std::string id;
    int exit_code = 0;
    std::string message;
  };

  HttpClient client_;
  bool private_line_;
  RegistryCredentials credentials_;
  EngineInfo info_;
  std::optional<FailedStart> failed_start_;
  std::optional<PodmanRoot> root_;  ///< of the container that is looked at
};

}  // namespace skillrun::inline v0
