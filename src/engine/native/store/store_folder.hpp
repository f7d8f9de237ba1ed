#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/native/store/call_watch.hpp"
#include "engine/native/store/file_lock.hpp"
#include "engine/native/store/store_place.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// The folders of a store, open. Everything that counts appears under its name whole, by a rename in one file system:
///
///   blobs/sha256/HEX   manifests, configurations and packed layers, by their digests
///   layers/HEX         unpacked layers, by the digest of the uncompressed archive (diff id)
///   images/HEX         a record of each image, by the digest of its configuration (the image's id)
///   names/HEX          what a name means, by the digest of the name
///   leases/HEX         locked (shared) by whoever runs the image
///   locks/             content (shared: something is being added; exclusive: removed), records, temporary
///   tmp/               a locked folder of each process that adds something
struct StoreFolder {
  std::filesystem::path path;
  UniqueFd root, blobs, layers, images, names, leases, locks, temporary;

  /// The store, or nothing where there is none yet. One that anybody else could change is an error: what runs as root
  /// would be his.
  [[nodiscard]] static EngineResult<std::optional<StoreFolder>> open(const StorePlace& place);
  /// The store, made where it is missing.
  [[nodiscard]] static EngineResult<StoreFolder> make(const StorePlace& place);

  [[nodiscard]] EngineResult<FileLock> lock_content(LockMode mode, const CallWatch& watch) const;
  /// While records and names are changed.
  [[nodiscard]] EngineResult<FileLock> lock_records(const CallWatch& watch) const;
};

/// Makes the names of a folder durable.
[[nodiscard]] EngineResult<void> sync_folder(int folder);

/// The names of what is in a folder but "." and "..", sorted.
[[nodiscard]] EngineResult<std::vector<std::string>> names_in_folder(int folder);

}  // namespace skillrun::inline v0
