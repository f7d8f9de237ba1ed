// Which image.
#include <fmt/format.h>

#include "spec/reserved.hpp"
#include "spec/settings.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

/// `user:password@host/...`: a password in a place that is printed and stored. A digest (`name@sha256:...`) has its
/// colon after the @.
bool holds_credentials(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, at);
  const std::string_view after = text.substr(at + 1);
  return after.find('/') != std::string_view::npos && before.find(':') != std::string_view::npos;
}

}  // namespace

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

void set_platform(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto platform = parse_platform(value);
  if (!platform) {
    builder.problem("invalid-value", origin, platform.error().message, "write os/arch, such as linux/amd64");
    return;
  }
  builder.set(builder.spec.platform, std::move(*platform), origin);
}

void set_pull(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  const auto pull = parse_pull_policy(value);
  if (!pull) {
    builder.problem("invalid-value", origin, pull.error().message, "write missing, always or never");
    return;
  }
  builder.set(builder.spec.pull, *pull, origin);
}

}  // namespace skillrun
