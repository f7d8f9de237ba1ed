#include "engine/docker/docker_engine.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "engine/docker/error_words.hpp"
#include "engine/docker/gaps.hpp"
#include "engine/docker/observe.hpp"
#include "engine/docker/run_words.hpp"
#include "engine/pull_failure.hpp"

namespace skillrun::inline v0 {

std::string DockerEngine::name_of(const ImageReference& image) const { return image_name_for(image, dialect()); }

std::vector<EngineGap> DockerEngine::gaps(const ContainerSpec& spec) const { return find_gaps(spec, dialect()); }

EngineResult<ObservedContainer> DockerEngine::observe(const std::string& id, const AskedContainer& asked,
                                                      CallLimits limits) {
  const auto text = describe(id, limits);
  if (!text) return std::unexpected(text.error());
  auto made = read_container(*text, dialect(), asked);
  if (!made || is_podman() || !has_slaves(made->spec)) return made;
  const auto root = data_root(limits);
  if (!root) return std::unexpected(root.error());
  forget_slaves_of_data_root(made->spec, asked.spec, *root);
  return made;
}

EngineResult<void> DockerEngine::pull_image(const ImageReference& image, const std::optional<std::string>& platform,
                                            const ProgressSink& progress, CallLimits limits) {
  auto pulled = fetch_image(image, platform, progress, limits);
  if (!pulled) return std::unexpected(error_of_pull(std::move(pulled.error())));
  return pulled;
}

EngineResult<std::unique_ptr<AttachedContainer>> DockerEngine::start(const std::string& id, const StartOptions& options,
                                                                     CallLimits limits) {
  auto started = start_container(id, options, limits);
  if (started || started.error().kind == EngineError::Kind::cancelled) return started;
  const auto state = inspect(id, {.deadline = limits.deadline});
  return std::unexpected(error_of_start(std::move(started.error()), state.value_or(ContainerState{})));
}

EngineResult<void> DockerEngine::remove(const std::string& id, CallLimits limits) {
  using namespace std::chrono_literals;
  auto removed = remove_container(id, limits);
  for (const auto pause : {50ms, 200ms, 500ms}) {
    using Kind = EngineError::Kind;
    if (removed || (removed.error().kind != Kind::refused && removed.error().kind != Kind::server)) break;
    std::this_thread::sleep_for(pause);
    removed = remove_container(id, limits);
  }
  return removed;
}

EngineResult<void> DockerEngine::check_gaps(const ContainerSpec& spec) const {
  std::string refused;
  for (const EngineGap& gap : gaps(spec)) {
    if (!gap.gives_way) refused += fmt::format("{}{}", refused.empty() ? "" : "; ", gap.text());
  }
  if (refused.empty()) return {};
  return std::unexpected(
      EngineError{EngineError::Kind::unsupported, fmt::format("this engine cannot honour {}", refused)});
}

}  // namespace skillrun::inline v0
