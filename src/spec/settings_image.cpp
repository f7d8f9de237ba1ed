// Which image, and what its container is called.
#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "spec/mount_checks.hpp"
#include "spec/reserved.hpp"
#include "spec/schema.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;
using Docker = DockerRuntimeConfig;

/// `user:password@host/...`: a password in a place that is printed and stored. A digest (`name@sha256:...`) has its
/// colon after the @.
bool holds_credentials(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, at);
  const std::string_view after = text.substr(at + 1);
  return after.find('/') != std::string_view::npos && before.find(':') != std::string_view::npos;
}

constexpr SettingRow image_rows[] = {
    {.member = member<&Spec::name>("name").meaning(Sense::declared),
     .flag = {.name = "name"},
     .service = {"container_name"},
     .set = set_text<&Spec::name, is_volume_name, "a container name",
                     "use two or more letters, digits, '_', '.' and '-', the first a letter or digit">},
    // A spec always has an image; normalize() reads it, from `image` or from `source`.
    {.member = member<&Spec::image>("image").meaning(Sense::parts),
     .key = {"image", &Docker::image, "image to run", R"("jrottenberg/ffmpeg:5-alpine")"}},
    {.member = member<&Spec::platform>("platform").meaning(Sense::untold, "the image's id, which is compared, decides"),
     .key = {"platform", &Docker::platform, "os[/arch[/variant]] of the image", R"("linux/amd64")"},
     .flag = {.name = "platform"},
     .service = {"platform"},
     .set = set_parsed<&Spec::platform, parse_platform, "write os/arch, such as linux/amd64">},
    {.member = member<&Spec::build>("build").meaning(Sense::untold, "the image's id, which is compared, decides"),
     .key = {"build", &Docker::build, "how to make the image when it is missing",
             R"({ packages = { suite = "bookworm", include = ["ffmpeg"] } })"}},
};

}  // namespace

std::span<const SettingRow> image_settings() { return image_rows; }

void set_image(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  Setting<ImageReference>& image = builder.spec.image;
  image.origin = origin;
  if (!builder.clean(value, origin)) return;
  if (holds_credentials(value)) {
    builder.problem("image-credentials", origin, "the image reference holds credentials",
                    "log in to the registry with the engine instead, and name the image alone");
    return;
  }
  auto reference = parse_image_reference(value);
  if (!reference) {
    builder.problem("image-reference-invalid", origin, reference.error().message,
                    "write [REGISTRY/]REPOSITORY[:TAG][@DIGEST] in lower case");
    return;
  }
  if (is_reserved_registry(reference->registry)) {
    builder.problem("image-reference-invalid", origin,
                    fmt::format("'{}' is a name that skillrun keeps for images that it builds", printable(value)),
                    "build it here as well, by the same recipe, and name it as you like");
    return;
  }
  image.value = std::move(*reference);
}

}  // namespace skillrun::inline v0
