#include "engine/native/store/layer_path.hpp"

#include <vector>

#include <fmt/ranges.h>

#include "engine/failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Deeper than any image is, and less than a process has descriptors: trees are removed with one for each level.
constexpr std::size_t deepest = 200;
constexpr std::size_t longest_layer_path = 4095;

}  // namespace

EngineResult<LayerPath> layer_path(std::string_view written) {
  const auto refuse_path = [&](std::string_view why) {
    return failure(EngineError::Kind::refused, fmt::format("layer entry '{}' {}", printable(written), why));
  };
  if (written.empty()) return refuse_path("has no name");
  if (written.size() > longest_layer_path) return refuse_path("has a path that is too long");
  if (written.front() == '/') return refuse_path("has an absolute path");
  std::vector<std::string_view> components;
  for (const std::string_view component : split(written, '/')) {
    if (component == "..") return refuse_path("leads out of its folder");
    if (!component.empty() && component != ".") components.push_back(component);
  }
  if (components.empty()) return LayerPath{};
  if (components.size() > deepest) return refuse_path(fmt::format("lies more than {} folders deep", deepest));
  std::string name(components.back());
  components.pop_back();
  return LayerPath{.parent = fmt::format("{}", fmt::join(components, "/")), .name = std::move(name)};
}

}  // namespace skillrun::inline v0
