#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/images.hpp>

#include "engine/native/store/file_lock.hpp"
#include "engine/native/store/image_members.hpp"
#include "engine/native/store/store_folder.hpp"
#include "engine/native/store/store_place.hpp"
#include "engine/native/store/unpack_layer.hpp"

namespace skillrun::inline v0 {

/// An image that is in the store, ready to be mounted.
struct StoredImage {
  ImageInfo info;                             ///< the id is "sha256:" of the configuration, as docker's
  std::vector<std::filesystem::path> layers;  ///< unpacked, read-only folders, the lowest first; none twice
  std::vector<std::string> exposed_ports;     ///< "80/tcp"
  std::string stop_signal;                    ///< as the image says it; may be empty
  std::string variant;                        ///< of the architecture
  bool has_healthcheck = false;               ///< it asks for one; a run of a skill has none
};

/// Keeps an image and its layers in the store, for as long as it lives, whoever removes or prunes meanwhile. It goes
/// with the process.
class ImageLease {
 public:
  explicit ImageLease(FileLock lock) : lock_(std::move(lock)) {}

 private:
  FileLock lock_;
};

struct LeasedImage {
  StoredImage image;
  ImageLease lease;
};

/// An image as it stands in a list.
struct ListedImage {
  std::string id;                  ///< "sha256:..."
  std::vector<std::string> names;  ///< registry/repository:tag, sorted; none: nothing but its id leads to it
  std::vector<std::string> repo_digests;
  std::string os;
  std::string architecture;
  std::uint64_t packed_bytes = 0;  ///< of its layers as they came, also those that it shares
};

/// What a store takes on its file system, in bytes.
struct StoreUsage {
  std::size_t images = 0;
  std::uint64_t packed_bytes = 0;    ///< manifests, configurations, layers as they came
  std::uint64_t unpacked_bytes = 0;  ///< layers as they are mounted
};

/// What was removed.
struct RemovedImages {
  std::vector<std::string> names;
  std::vector<std::string> images;  ///< ids
  std::uint64_t bytes = 0;          ///< freed
};

enum class PruneScope : std::uint8_t {
  unnamed,  ///< images that have no name any more
  unused,   ///< every image that is not leased
};

/// Takes the next bytes of a stream; an error ends the call.
using ByteSink = std::function<EngineResult<void>(std::string_view)>;

/// The images of the native engine, in a folder of this machine. Opened with each call, made when something is stored
/// for the first time. Several processes may use one store. One instance serves one thread at a time.
class LocalImages : public ImageStore {
 public:
  explicit LocalImages(StorePlace place, UnpackLimits limits = {});

  /// The image of a name (NAME[:TAG], NAME@DIGEST) or id, or nothing. Its layers may be removed at any time.
  [[nodiscard]] EngineResult<std::optional<StoredImage>> find(const std::string& reference, CallLimits limits);
  /// The same, held.
  [[nodiscard]] EngineResult<std::optional<LeasedImage>> lease(const std::string& reference, CallLimits limits);

  [[nodiscard]] EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference,
                                                                     CallLimits limits) override;
  /// Through skopeo. A digest of the reference is that of the manifest or index that was brought.
  [[nodiscard]] EngineResult<void> pull_image(const ImageReference& image, const std::optional<std::string>& platform,
                                              const ProgressSink& progress, CallLimits limits) override;
  [[nodiscard]] EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive,
                                                CallLimits limits) override;
  [[nodiscard]] EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context,
                                               const ProgressSink& progress, CallLimits limits) override;

  /// The images of an archive of `docker save` or `podman save`, of an OCI archive or of what is both; see
  /// load_images().
  [[nodiscard]] EngineResult<std::vector<LoadedImage>> load_archive(const ByteSource& archive,
                                                                    const std::optional<ImageReference>& name,
                                                                    const ProgressSink& progress, CallLimits limits);
  /// The images of a folder with an OCI image layout or an unpacked archive.
  [[nodiscard]] EngineResult<std::vector<LoadedImage>> load_layout(const std::string& folder,
                                                                   const std::optional<ImageReference>& name,
                                                                   const ProgressSink& progress, CallLimits limits);

  /// Sorted by name.
  [[nodiscard]] EngineResult<std::vector<ListedImage>> list(CallLimits limits);
  [[nodiscard]] EngineResult<StoreUsage> usage(CallLimits limits);
  /// Takes a name away, and with an image's last tag the image and what no other image needs; by an id, the image with
  /// all of its names. One that is leased is refused. Kind not_found where there is none.
  [[nodiscard]] EngineResult<RemovedImages> remove(const std::string& reference, CallLimits limits);
  /// Removes what nobody needs, which includes what unfinished calls have left. What is leased stays.
  [[nodiscard]] EngineResult<RemovedImages> prune(PruneScope scope, CallLimits limits);
  /// Writes an image as an archive that docker, podman and readers of OCI layouts take: with the name that it was asked
  /// by, or with all of its names when it was asked by its id. Every piece is verified as it is read.
  [[nodiscard]] EngineResult<void> export_to(const std::string& reference, const ByteSink& sink, CallLimits limits);

  [[nodiscard]] const StorePlace& place() const noexcept { return place_; }

 private:
  [[nodiscard]] OverlayMarks marks() const noexcept {
    return place_.rootless ? OverlayMarks::user : OverlayMarks::trusted;
  }
  [[nodiscard]] UnpackRules rules() const noexcept { return {.marks = marks(), .limits = limits_}; }
  [[nodiscard]] EngineResult<std::optional<std::string>> digits_of(const StoreFolder& store,
                                                                   const std::string& reference) const;
  [[nodiscard]] EngineResult<std::optional<StoredImage>> describe(const StoreFolder& store,
                                                                  const std::string& image) const;

  StorePlace place_;
  UnpackLimits limits_;
};

}  // namespace skillrun::inline v0
