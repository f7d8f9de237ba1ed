#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <skillrun/run.hpp>

#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/cli/cli_engine.hpp"

namespace skillrun::testing {

/// A way to a container.
struct Path {
  std::string name;
  bool podman;

  [[nodiscard]] std::string program() const { return podman ? "podman" : "docker"; }
};

inline const std::vector<Path> paths{
    {"docker-api", false}, {"docker-cli", false}, {"podman-api", true}, {"podman-cli", true}};

inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

inline std::unique_ptr<Engine> open(const Path& path) {
  using namespace std::chrono_literals;
  if (path.name.ends_with("-cli")) {
    auto engine = make_cli_engine(path.program(), {20s});
    REQUIRE_MESSAGE(engine, engine.error().message);
    return std::move(*engine);
  }
  const std::string socket = variable(path.podman ? "SKILLRUN_TEST_PODMAN_SOCKET" : "SKILLRUN_TEST_DOCKER_SOCKET");
  REQUIRE_MESSAGE(!socket.empty(), "no socket of a test engine: source <(scripts/test-engines start)");
  auto engine = ApiEngine::open(socket, {5s});
  REQUIRE_MESSAGE(engine, engine.error().message);
  return std::move(*engine);
}

/// Forwards everything to a real engine.
class ForwardingEngine : public Engine, public ImageStore, public ContainerBackend {
 public:
  explicit ForwardingEngine(Engine& real) : real_(real) {}

  [[nodiscard]] const EngineInfo& info() const noexcept override { return real_.info(); }
  [[nodiscard]] ImageStore& images() noexcept override { return *this; }
  [[nodiscard]] VolumeStore& volumes() noexcept override { return real_.volumes(); }
  [[nodiscard]] ContainerBackend& containers() noexcept override { return *this; }
  EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference, CallLimits limits) override {
    return real_.images().inspect_image(reference, limits);
  }
  EngineResult<void> pull_image(const ImageReference& image, const std::optional<std::string>& platform,
                                const ProgressSink& progress, CallLimits limits) override {
    return real_.images().pull_image(image, platform, progress, limits);
  }
  EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive, CallLimits limits) override {
    return real_.images().import_image(request, archive, limits);
  }
  EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context, const ProgressSink& progress,
                                 CallLimits limits) override {
    return real_.images().build_image(request, context, progress, limits);
  }
  EngineResult<std::string> create(const ApprovedSpec& approved_spec, const RunLabels& labels,
                                   const StartOptions& options, CallLimits limits) override {
    return real_.containers().create(approved_spec, labels, options, limits);
  }
  EngineResult<std::unique_ptr<AttachedContainer>> start(const std::string& id, const StartOptions& options,
                                                         CallLimits limits) override {
    return real_.containers().start(id, options, limits);
  }
  EngineResult<ContainerState> inspect(const std::string& id, CallLimits limits) override {
    return real_.containers().inspect(id, limits);
  }
  std::string name_of(const ImageReference& image) const override { return real_.name_of(image); }
  std::vector<EngineGap> gaps(const ContainerSpec& spec) const override { return real_.gaps(spec); }
  EngineResult<ObservedContainer> observe(const std::string& id, const AskedContainer& asked,
                                          CallLimits limits) override {
    return real_.containers().observe(id, asked, limits);
  }
  EngineResult<ContainerEntry> look_at(const std::string& id, const std::string& path, CallLimits limits) override {
    return real_.containers().look_at(id, path, limits);
  }
  EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label, CallLimits limits) override {
    return real_.containers().find_containers(label, limits);
  }
  EngineResult<void> kill(const std::string& id, int signal, CallLimits limits) override {
    return real_.containers().kill(id, signal, limits);
  }
  EngineResult<void> pause(const std::string& id, CallLimits limits) override {
    return real_.containers().pause(id, limits);
  }
  EngineResult<void> resume(const std::string& id, CallLimits limits) override {
    return real_.containers().resume(id, limits);
  }
  EngineResult<void> resize(const std::string& id, int rows, int columns, CallLimits limits) override {
    return real_.containers().resize(id, rows, columns, limits);
  }
  EngineResult<void> remove(const std::string& id, CallLimits limits) override {
    return real_.containers().remove(id, limits);
  }

 private:
  Engine& real_;
};

}  // namespace skillrun::testing
