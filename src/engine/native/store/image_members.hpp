#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/native/store/store_writer.hpp"

namespace skillrun::inline v0 {

/// The files of an image layout, whether they come as an archive or lie in a folder.
class ImageMembers {
 public:
  ImageMembers() = default;
  ImageMembers(const ImageMembers&) = delete;
  ImageMembers& operator=(const ImageMembers&) = delete;
  virtual ~ImageMembers() = default;

  /// The name of a file in the writer's temporary folder that holds the member; nothing when there is none of this
  /// path.
  [[nodiscard]] virtual EngineResult<std::optional<std::string>> take(const std::string& path) = 0;
};

/// The members of a tar archive (gzip, zstd or neither), which are all in the temporary folder once it is read.
class ArchiveMembers : public ImageMembers {
 public:
  /// Reads the archive to its end.
  [[nodiscard]] static EngineResult<std::unique_ptr<ArchiveMembers>> read(StoreWriter& writer,
                                                                          const ByteSource& archive);
  [[nodiscard]] EngineResult<std::optional<std::string>> take(const std::string& path) override;

 private:
  ArchiveMembers() = default;
  std::map<std::string, std::string, std::less<>> files_;
  std::map<std::string, std::string, std::less<>> links_;  ///< docker's older archives say a layer once
};

/// A folder, whose files are copied as they are taken. It may be anybody's: no link in it is followed.
class FolderMembers : public ImageMembers {
 public:
  [[nodiscard]] static EngineResult<std::unique_ptr<FolderMembers>> open(StoreWriter& writer,
                                                                         const std::string& folder);
  [[nodiscard]] EngineResult<std::optional<std::string>> take(const std::string& path) override;

 private:
  FolderMembers(StoreWriter& writer, UniqueFd folder) : writer_(writer), folder_(std::move(folder)) {}
  StoreWriter& writer_;
  UniqueFd folder_;
};

struct LoadedImage {
  std::string id;  ///< "sha256:..."
  std::vector<std::string> names;
};

/// Adds the images of an archive of `docker save` (manifest.json), of an OCI layout (index.json), or of what is both.
/// With a `name`, the archive must hold one image, which gets that name and no other. Of an index, the image that runs
/// on this machine is taken.
[[nodiscard]] EngineResult<std::vector<LoadedImage>> load_images(StoreWriter& writer, ImageMembers& members,
                                                                 const std::optional<ImageReference>& name,
                                                                 const ProgressSink& progress);

}  // namespace skillrun::inline v0
