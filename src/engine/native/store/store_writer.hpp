#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/native/store/blob_store.hpp"
#include "engine/native/store/image_records.hpp"
#include "engine/native/store/layer_store.hpp"
#include "engine/native/store/oci_documents.hpp"

namespace skillrun::inline v0 {

/// Gives the name of the file in the temporary folder that is said to hold a blob.
using BlobFinder = std::function<EngineResult<std::string>(const BlobReference& blob)>;

/// What an added image is called.
struct ImageNames {
  std::vector<std::string> names;  ///< as stored_name() gives them
  std::string repo_digest;         ///< by which it was pulled; may be empty
};

/// Adds images to a store. Nothing that was added is removed by another process while this lives.
class StoreWriter {
 public:
  /// Makes the store where it is missing, and clears what processes that have ended left in it. The watch must outlive
  /// the writer.
  [[nodiscard]] static EngineResult<std::unique_ptr<StoreWriter>> begin(const StorePlace& place,
                                                                        const UnpackRules& rules,
                                                                        const CallWatch& watch);
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  [[nodiscard]] StoreTemporary& temporary() noexcept { return temporary_; }
  [[nodiscard]] const CallWatch& watch() const noexcept { return watch_; }

  /// Writes a stream into a file of the temporary folder and gives its name.
  [[nodiscard]] EngineResult<std::string> spool(const ByteSource& source);

  /// Adds the image that a manifest describes: takes the blobs that the store lacks, verifies everything, unpacks the
  /// layers. The image's digits.
  [[nodiscard]] EngineResult<std::string> add_image(std::string_view manifest, const BlobFinder& find,
                                                    const ImageNames& names, const ProgressSink& progress);
  /// Adds an image that came without a manifest, of a configuration and layers that are files of the temporary folder,
  /// the lowest first.
  [[nodiscard]] EngineResult<std::string> add_loose_image(std::string_view config,
                                                          const std::vector<std::string>& layers,
                                                          const ImageNames& names, const ProgressSink& progress);
  /// Adds an image of one layer, a file of the temporary folder, and of a configuration with these labels.
  [[nodiscard]] EngineResult<std::string> add_root_file_system(
      const std::string& layer, const std::vector<std::pair<std::string, std::string>>& labels,
      const ImageNames& names);

 private:
  StoreWriter(StoreFolder store, StoreTemporary temporary, const UnpackRules& rules, const CallWatch& watch);

  [[nodiscard]] EngineResult<void> hold_content();
  [[nodiscard]] EngineResult<void> record(const std::string& image, const std::string& manifest,
                                          const ImageNames& names);

  StoreFolder store_;
  StoreTemporary temporary_;
  const CallWatch& watch_;
  BlobStore blobs_;
  LayerStore layers_;
  ImageRecords records_;
  std::optional<FileLock> content_;
};

}  // namespace skillrun::inline v0
