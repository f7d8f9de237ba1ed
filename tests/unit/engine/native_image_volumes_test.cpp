// Where an image wants volumes.
#include <doctest/doctest.h>

#include "engine/native/bundle/image_volumes.hpp"
#include "unit/engine/native_context.hpp"

namespace native_image_volumes {

using namespace skillrun;
using namespace skillrun::testing;
using Targets = std::vector<std::string>;

EngineResult<Targets> volumes(Targets declared, const Targets& mounted = {}) {
  ImageInfo image;
  image.volumes = std::move(declared);
  ContainerSpec spec;
  for (const std::string& target : mounted) {
    Mount mount;
    mount.type = MountType::volume;
    mount.target = target;
    spec.mounts.push_back({std::move(mount), {}});
  }
  return image_volumes(image, spec);
}

TEST_CASE("a volume of the image is at its clean path, once, unless the spec mounts something there") {
  CHECK(volumes({"/data/", "/data", "/x//y/."}).value() == Targets{"/data", "/x/y"});
  CHECK(volumes({"/data/", "/more"}, {"/data"}).value() == Targets{"/more"});
  CHECK(volumes({}).value().empty());
}

TEST_CASE("a volume of the image where runtimes mount is refused, however it is written") {
  for (const char* declared :
       {"/", "//", "/proc", "/proc/", "/x/../proc/sys", "/sys/fs", "/dev", "/dev/shm", "data", ""}) {
    CAPTURE(declared);
    const auto found = volumes({declared});
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == EngineError::Kind::refused);
  }
  CHECK(volumes({"/process", "/devices", "/system"}).value().size() == 3);
}

}  // namespace native_image_volumes
