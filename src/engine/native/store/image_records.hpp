#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/values.hpp>

#include "engine/native/store/store_folder.hpp"
#include "engine/native/store/store_temporary.hpp"

namespace skillrun::inline v0 {

/// What the store notes of an image beside its pieces. An image goes by the digest of its configuration, in
/// hexadecimal.
struct ImageRecord {
  std::string manifest;                   ///< its digest, in hexadecimal
  std::vector<std::string> repo_digests;  ///< registry/repository@sha256:..., as it was pulled
};

struct ImageName {
  std::string name;   ///< registry/repository:tag or registry/repository@digest
  std::string image;  ///< the image's digits
};

/// The name of a reference that is not an id. A digest says all; the tag beside it is for people.
[[nodiscard]] std::string stored_name(const ImageReference& reference);

/// Images and their names: a small file for each, which appears whole. An image is there once it has a record; its
/// pieces came before, and go after it. Whoever changes anything holds StoreFolder::lock_records().
class ImageRecords {
 public:
  explicit ImageRecords(const StoreFolder& store) : store_(&store) {}

  [[nodiscard]] EngineResult<std::optional<ImageRecord>> image(const std::string& image) const;
  [[nodiscard]] EngineResult<std::optional<std::string>> named(const std::string& name) const;
  /// All of them, sorted.
  [[nodiscard]] EngineResult<std::vector<std::string>> images() const;
  [[nodiscard]] EngineResult<std::vector<ImageName>> names() const;

  [[nodiscard]] EngineResult<void> put_image(StoreTemporary& temporary, const std::string& image,
                                             const ImageRecord& record) const;
  [[nodiscard]] EngineResult<void> put_name(StoreTemporary& temporary, const ImageName& name) const;
  [[nodiscard]] EngineResult<void> remove_image(const std::string& image) const;
  [[nodiscard]] EngineResult<void> remove_name(const std::string& name) const;

 private:
  const StoreFolder* store_;
};

}  // namespace skillrun::inline v0
