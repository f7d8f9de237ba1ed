// Images from registries: skopeo brings them, the store believes nothing of it.
#include <algorithm>

#include "engine/native/store/image_store.hpp"
#include "engine/native/store/skopeo.hpp"
#include "engine/native/store/store_failure.hpp"
#include "engine/native/store/store_writer.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr int deepest_pulled_index = 4;

/// What a reference leads to for one platform.
struct PulledManifest {
  std::string top;     ///< digest of what the reference itself is, a manifest or an index
  std::string digest;  ///< of the manifest
  std::string text;
};

ImageReference by_digest(const ImageReference& image, const std::string& digest) {
  ImageReference named = image;
  named.tag.clear();
  named.digest = "sha256:" + digest;
  return named;
}

EngineResult<PulledManifest> resolve(const Skopeo& skopeo, const ImageReference& image, const OciPlatform& platform,
                                     const CallWatch& watch) {
  ImageReference at = image;
  PulledManifest found;
  for (int depth = 0; depth < deepest_pulled_index; ++depth) {
    auto text = skopeo.manifest(at, watch);
    if (!text) return std::unexpected(text.error());
    found.digest = sha256(*text);
    if (!at.digest.empty() && at.digest != "sha256:" + found.digest) {
      return failure(EngineError::Kind::refused,
                     fmt::format("the registry gave something else than {}: its digest is sha256:{}", at.canonical(),
                                 found.digest));
    }
    if (found.top.empty()) found.top = found.digest;
    const auto document = parse_manifest(*text);
    if (!document) return std::unexpected(document.error());
    if (document->image) {
      found.text = std::move(*text);
      return found;
    }
    const IndexEntry* const entry = choose_platform(document->index, platform);
    if (entry == nullptr) {
      return failure(EngineError::Kind::not_found,
                     fmt::format("there is no image for {}/{}{}{}", platform.os, platform.architecture,
                                 platform.variant.empty() ? "" : "/", platform.variant));
    }
    at = by_digest(image, entry->manifest.digest);
  }
  return failure(EngineError::Kind::refused, "the image's indexes lie too deep in one another");
}

/// A digest of another algorithm could not be verified.
EngineResult<void> check_pullable(const ImageReference& image) {
  if (!image.id.empty()) {
    return failure(EngineError::Kind::unsupported, "an image named by its id cannot be pulled");
  }
  if (image.digest.empty() || sha256_digits(image.digest)) return {};
  return failure(EngineError::Kind::unsupported,
                 fmt::format("digest {} cannot be verified: name the image by a sha256 digest", image.digest));
}

}  // namespace

EngineResult<void> LocalImages::pull_image(const ImageReference& image, const std::optional<std::string>& platform,
                                           const ProgressSink& progress, CallLimits limits) {
  const CallWatch watch(limits, "pulling an image");
  if (auto checked = check_pullable(image); !checked) return checked;
  const auto skopeo = Skopeo::find();
  if (!skopeo) return std::unexpected(skopeo.error());
  const auto manifest = resolve(*skopeo, image, platform ? parse_oci_platform(*platform) : machine_platform(), watch);
  if (!manifest) return std::unexpected(manifest.error());
  const auto writer = StoreWriter::begin(place_, rules(), watch);
  if (!writer) return std::unexpected(writer.error());

  ImageNames names{.names = {stored_name(image)}, .repo_digest = stored_name(by_digest(image, manifest->top))};
  for (const std::string& digest : {manifest->top, manifest->digest}) {
    std::string name = stored_name(by_digest(image, digest));
    if (std::ranges::find(names.names, name) == names.names.end()) names.names.push_back(std::move(name));
  }
  // Brought as a whole, and only when something of it is not there yet.
  bool brought = false;
  const BlobFinder find = [&](const BlobReference& blob) -> EngineResult<std::string> {
    if (!brought) {
      const auto copied =
          skopeo->copy(by_digest(image, manifest->digest), (*writer)->temporary().path() + "/brought", progress, watch);
      if (!copied) return std::unexpected(copied.error());
      brought = true;
    }
    return "brought/" + blob.digest;
  };
  const auto added = (*writer)->add_image(manifest->text, find, names, progress);
  if (!added) return std::unexpected(added.error());
  return {};
}

}  // namespace skillrun::inline v0
