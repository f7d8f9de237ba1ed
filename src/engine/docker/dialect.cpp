#include "engine/docker/dialect.hpp"

#include <charconv>

namespace skillrun::inline v0 {

Dialect dialect_of(const EngineInfo& engine) {
  Dialect dialect{.podman = engine.kind == kind_podman, .rootless = engine.rootless, .init_path = {}};
  dialect.api_minor = api_minor(engine.api_version).value_or(dialect.api_minor);
  return dialect;
}

std::string image_name_for(const ImageReference& image, const Dialect& dialect) {
  return dialect.podman ? image.canonical() : image.familiar();
}

std::optional<int> api_minor(std::string_view version) {
  int minor = 0;
  if (!version.starts_with("1.")) return std::nullopt;
  version.remove_prefix(2);
  const auto read = std::from_chars(version.data(), version.data() + version.size(), minor);
  if (read.ec != std::errc() || read.ptr != version.data() + version.size() || minor < 0) return std::nullopt;
  return minor;
}

}  // namespace skillrun::inline v0
