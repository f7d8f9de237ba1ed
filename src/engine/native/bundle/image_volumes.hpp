#pragma once

#include <string>
#include <vector>

#include <skillrun/images.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// Where an image wants volumes of its own (its VOLUME lines), cleaned and each once, but where the spec mounts
/// something itself. An error of kind refused for a path that is not absolute, and for one on which the runtime mounts:
/// what an image brings along must not lie over or under /proc, /sys and /dev. Pure.
[[nodiscard]] EngineResult<std::vector<std::string>> image_volumes(const ImageInfo& image, const ContainerSpec& spec);

}  // namespace skillrun::inline v0
