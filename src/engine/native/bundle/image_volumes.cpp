#include "engine/native/bundle/image_volumes.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "engine/failure.hpp"
#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

EngineResult<std::vector<std::string>> image_volumes(const ImageInfo& image, const ContainerSpec& spec) {
  std::vector<std::string> targets;
  for (const std::string& declared : image.volumes) {
    const auto refuse = [&](std::string_view why) {
      return failure(
          EngineError::Kind::refused,
          fmt::format("the image declares the volume '{}', {}; use another image", printable(declared), why));
    };
    if (!declared.starts_with('/')) return refuse("which is not an absolute path");
    std::string target = clean_path(declared);
    if (target == "/") return refuse("which is its whole file system");
    for (const char* place : {"/proc", "/sys", "/dev"}) {
      if (is_within(target, place)) return refuse("where the kernel's own files are to be");
    }
    const auto mounted = [&](const Setting<Mount>& mount) { return clean_path(mount.value.target) == target; };
    const bool known = std::ranges::find(targets, target) != targets.end();
    if (!known && std::ranges::none_of(spec.mounts, mounted)) targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace skillrun::inline v0
