#include <sys/stat.h>

#include <algorithm>

#include "engine/native/store/image_records.hpp"
#include "engine/native/store/image_store.hpp"
#include "engine/native/store/remove_images.hpp"
#include "engine/native/store/remove_tree.hpp"

namespace skillrun::inline v0 {

EngineResult<std::vector<ListedImage>> LocalImages::list(CallLimits limits) {
  const CallWatch watch(limits, "listing images");
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  std::vector<ListedImage> listed;
  if (!*store) return listed;
  // What is being removed would be listed half.
  const auto content = (*store)->lock_content(LockMode::shared, watch);
  if (!content) return std::unexpected(content.error());
  const ImageRecords records(**store);
  const BlobStore blobs(**store);
  const auto images = records.images();
  if (!images) return std::unexpected(images.error());
  const auto names = records.names();
  if (!names) return std::unexpected(names.error());
  for (const std::string& image : *images) {
    const auto described = describe(**store, image);
    if (!described) return std::unexpected(described.error());
    const auto record = records.image(image);
    if (!record) return std::unexpected(record.error());
    if (!*described || !*record) continue;
    ListedImage entry{.id = (*described)->info.id,
                      .names = {},
                      .repo_digests = (*described)->info.repo_digests,
                      .os = (*described)->info.os,
                      .architecture = (*described)->info.architecture};
    for (const ImageName& name : *names) {
      if (name.image == image && !is_digest_name(name.name)) entry.names.push_back(name.name);
    }
    const auto text = blobs.read((*record)->manifest, most_manifest_bytes);
    if (!text) return std::unexpected(text.error());
    const auto manifest = parse_manifest(*text);
    if (!manifest) return std::unexpected(manifest.error());
    if (manifest->image) {
      for (const BlobReference& layer : manifest->image->layers) entry.packed_bytes += layer.size;
    }
    listed.push_back(std::move(entry));
  }
  std::ranges::sort(listed, {}, [](const ListedImage& image) { return std::pair(image.names, image.id); });
  return listed;
}

EngineResult<StoreUsage> LocalImages::usage(CallLimits limits) {
  const CallWatch watch(limits, "measuring images");
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  StoreUsage usage;
  if (!*store) return usage;
  const auto content = (*store)->lock_content(LockMode::shared, watch);
  if (!content) return std::unexpected(content.error());
  const auto images = ImageRecords(**store).images();
  if (!images) return std::unexpected(images.error());
  usage.images = images->size();
  const auto packed = tree_bytes((*store)->root.get(), "blobs");
  if (!packed) return std::unexpected(packed.error());
  usage.packed_bytes = *packed;
  const auto unpacked = tree_bytes((*store)->root.get(), "layers");
  if (!unpacked) return std::unexpected(unpacked.error());
  usage.unpacked_bytes = *unpacked;
  return usage;
}

}  // namespace skillrun::inline v0
