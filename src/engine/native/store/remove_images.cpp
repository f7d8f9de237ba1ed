#include "engine/native/store/remove_images.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <skillrun/parsing.hpp>

#include "engine/native/store/image_records.hpp"
#include "engine/native/store/remove_tree.hpp"
#include "engine/native/store/store_failure.hpp"
#include "engine/native/store/store_temporary.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Digits = std::set<std::string, std::less<>>;

struct Needed {
  Digits blobs;
  Digits layers;
};

/// What the images refer to. One that cannot be read is an error: what it needs is not known.
EngineResult<Needed> needed_pieces(const StoreFolder& store) {
  const ImageRecords records(store);
  const BlobStore blobs(store);
  const auto images = records.images();
  if (!images) return std::unexpected(images.error());
  Needed needed;
  for (const std::string& image : *images) {
    const auto record = records.image(image);
    if (!record) return std::unexpected(record.error());
    if (!*record) continue;
    const auto manifest_text = blobs.read((*record)->manifest, most_manifest_bytes);
    if (!manifest_text) return std::unexpected(manifest_text.error());
    const auto manifest = parse_manifest(*manifest_text);
    if (!manifest) return std::unexpected(manifest.error());
    const auto config_text = blobs.read(image, most_config_bytes);
    if (!config_text) return std::unexpected(config_text.error());
    const auto config = parse_image_config(*config_text);
    if (!config) return std::unexpected(config.error());
    needed.blobs.insert(image);
    needed.blobs.insert((*record)->manifest);
    if (manifest->image) {
      for (const BlobReference& layer : manifest->image->layers) needed.blobs.insert(layer.digest);
    }
    needed.layers.insert(config->diff_ids.begin(), config->diff_ids.end());
  }
  return needed;
}

/// Moves what is not needed out of the way, which is done at once however large it is, and adds up its bytes.
EngineResult<void> set_aside(int folder, const Digits& needed, StoreTemporary& temporary, std::uint64_t& bytes) {
  const auto names = names_in_folder(folder);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (needed.contains(name)) continue;
    const auto size = tree_bytes(folder, name);
    if (!size) return std::unexpected(size.error());
    if (::renameat(folder, name.c_str(), temporary.folder(), temporary.fresh_name().c_str()) != 0) {
      return store_failure(fmt::format("'{}' of the image store cannot be removed", name), errno);
    }
    bytes += *size;
  }
  return sync_folder(folder);
}

std::vector<std::string> names_of(const std::vector<ImageName>& names, const std::string& image) {
  std::vector<std::string> own;
  for (const ImageName& name : names) {
    if (name.image == image) own.push_back(name.name);
  }
  return own;
}

}  // namespace

EngineResult<ImageRemoval> ImageRemoval::begin(const StoreFolder& store, const CallWatch& watch) {
  auto content = store.lock_content(LockMode::exclusive, watch);
  if (!content) return std::unexpected(content.error());
  return ImageRemoval(store, watch, std::move(*content));
}

EngineResult<void> ImageRemoval::name(const std::string& name) {
  if (auto removed = records_.remove_name(name); !removed) return removed;
  removed_.names.push_back(name);
  return {};
}

EngineResult<bool> ImageRemoval::image(const std::string& image, const std::vector<std::string>& names) {
  auto file = open_lock_file(store_->leases.get(), image);
  if (!file) return std::unexpected(file.error());
  const auto lease = FileLock::attempt(std::move(*file), LockMode::exclusive);
  if (!lease) return std::unexpected(lease.error());
  if (!*lease) return false;
  for (const std::string& own : names) {
    if (auto removed = name(own); !removed) return std::unexpected(removed.error());
  }
  if (auto removed = records_.remove_image(image); !removed) return std::unexpected(removed.error());
  if (::unlinkat(store_->leases.get(), image.c_str(), 0) != 0) {
    return store_failure("an image's lease cannot be removed", errno);
  }
  removed_.images.push_back("sha256:" + image);
  return true;
}

EngineResult<void> ImageRemoval::sweep() {
  const auto needed = needed_pieces(*store_);
  if (!needed) return std::unexpected(needed.error());
  auto temporary = StoreTemporary::make(*store_, *watch_);
  if (!temporary) return std::unexpected(temporary.error());
  auto layers = set_aside(store_->layers.get(), needed->layers, *temporary, removed_.bytes);
  if (!layers) return layers;
  return set_aside(store_->blobs.get(), needed->blobs, *temporary, removed_.bytes);
}

EngineResult<RemovedImages> LocalImages::remove(const std::string& reference, CallLimits limits) {
  const CallWatch watch(limits, "removing an image");
  const auto parsed = parse_image_reference(reference);
  if (!parsed) return failure(EngineError::Kind::refused, parsed.error().message);
  const auto missing = [&] {
    return failure(EngineError::Kind::not_found, fmt::format("no such image: {}", printable(reference)));
  };
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  if (!*store) return missing();
  auto removal = ImageRemoval::begin(**store, watch);
  if (!removal) return std::unexpected(removal.error());
  const auto image = digits_of(**store, reference);
  if (!image) return std::unexpected(image.error());
  if (!*image) return missing();
  const auto record = ImageRecords(**store).image(**image);
  if (!record) return std::unexpected(record.error());
  if (!*record) return missing();
  const auto all = ImageRecords(**store).names();
  if (!all) return std::unexpected(all.error());
  const std::vector<std::string> names = names_of(*all, **image);
  const std::string asked = parsed->id.empty() ? stored_name(*parsed) : std::string();
  const bool others =
      std::ranges::any_of(names, [&](const std::string& name) { return name != asked && !is_digest_name(name); });
  if (!asked.empty() && others) {
    if (auto removed = removal->name(asked); !removed) return std::unexpected(removed.error());
    return removal->take_removed();
  }
  const auto removed = removal->image(**image, names);
  if (!removed) return std::unexpected(removed.error());
  if (!*removed) {
    return failure(EngineError::Kind::refused,
                   fmt::format("image {} is in use: end what runs it first", printable(reference)));
  }
  if (auto swept = removal->sweep(); !swept) return std::unexpected(swept.error());
  return removal->take_removed();
}

EngineResult<RemovedImages> LocalImages::prune(PruneScope scope, CallLimits limits) {
  const CallWatch watch(limits, "pruning images");
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  if (!*store) return RemovedImages{};
  auto removal = ImageRemoval::begin(**store, watch);
  if (!removal) return std::unexpected(removal.error());
  const auto images = ImageRecords(**store).images();
  if (!images) return std::unexpected(images.error());
  const auto all = ImageRecords(**store).names();
  if (!all) return std::unexpected(all.error());
  for (const std::string& image : *images) {
    const std::vector<std::string> names = names_of(*all, image);
    if (scope == PruneScope::unnamed && !names.empty()) continue;
    if (auto removed = removal->image(image, names); !removed) return std::unexpected(removed.error());
  }
  if (auto swept = removal->sweep(); !swept) return std::unexpected(swept.error());
  return removal->take_removed();
}

}  // namespace skillrun::inline v0
