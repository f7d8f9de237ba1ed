#pragma once

#include <string>
#include <vector>

#include "engine/native/store/image_store.hpp"

namespace skillrun::inline v0 {

/// Removes images and what no other image needs. While this lives nothing is added to the store. Names go first, then
/// the image's record, then its pieces: an image whose removal is interrupted is not there, and its pieces go with the
/// next one.
class ImageRemoval {
 public:
  /// Waits until nobody adds anything. The store and the watch must outlive it.
  [[nodiscard]] static EngineResult<ImageRemoval> begin(const StoreFolder& store, const CallWatch& watch);

  /// Removes an image with its names; false when somebody has leased it.
  [[nodiscard]] EngineResult<bool> image(const std::string& image, const std::vector<std::string>& names);
  [[nodiscard]] EngineResult<void> name(const std::string& name);
  /// Removes the blobs and layers that no image refers to, and what processes that have ended left.
  [[nodiscard]] EngineResult<void> sweep();
  [[nodiscard]] RemovedImages take_removed() { return std::move(removed_); }

 private:
  ImageRemoval(const StoreFolder& store, const CallWatch& watch, FileLock content)
      : store_(&store), watch_(&watch), content_(std::move(content)), records_(store) {}

  const StoreFolder* store_;
  const CallWatch* watch_;
  FileLock content_;
  ImageRecords records_;
  RemovedImages removed_;
};

/// True for a name that is a digest rather than a tag.
[[nodiscard]] inline bool is_digest_name(std::string_view name) { return name.contains('@'); }

}  // namespace skillrun::inline v0
