#include "engine/docker/docker_engine.hpp"

#include <fmt/format.h>

#include "engine/docker/gaps.hpp"
#include "engine/docker/observe.hpp"
#include "engine/docker/run_words.hpp"

namespace skillrun {

std::string DockerEngine::name_of(const ImageReference& image) const { return image_name_for(image, dialect()); }

std::vector<EngineGap> DockerEngine::gaps(const ContainerSpec& spec) const { return find_gaps(spec, dialect()); }

EngineResult<ObservedContainer> DockerEngine::observe(const std::string& id, const AskedContainer& asked,
                                                      CallLimits limits) {
  const auto text = describe(id, limits);
  if (!text) return std::unexpected(text.error());
  return read_container(*text, dialect(), asked);
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

}  // namespace skillrun
