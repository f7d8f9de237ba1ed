#include "engine/native/store/layer_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/native/store/remove_tree.hpp"
#include "engine/native/store/store_failure.hpp"

namespace skillrun::inline v0 {

bool LayerStore::has(const std::string& diff_id) const {
  return ::faccessat(store_->layers.get(), diff_id.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

std::filesystem::path LayerStore::path(const std::string& diff_id) const { return store_->path / "layers" / diff_id; }

EngineResult<LayerStore::Unpacked> LayerStore::unpack(StoreTemporary& temporary, int file,
                                                      const CallWatch& watch) const {
  // Owners, devices and capabilities are part of a layer.
  if (::geteuid() != 0) {
    return failure(EngineError::Kind::permission_denied,
                   "layers of images can be unpacked only by root, or in a user namespace by its root");
  }
  Unpacked unpacked{.name = temporary.fresh_name(), .diff_id = {}, .folder = {}};
  if (::mkdirat(temporary.folder(), unpacked.name.c_str(), 0755) != 0) {
    return store_failure("a layer's folder cannot be made", errno);
  }
  unpacked.folder =
      UniqueFd(::openat(temporary.folder(), unpacked.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!unpacked.folder) return store_failure("a layer's folder cannot be opened", errno);
  auto layer = unpack_layer(file, unpacked.folder.get(), rules_, watch);
  if (!layer) return std::unexpected(layer.error());
  unpacked.diff_id = std::move(layer->diff_id);
  return unpacked;
}

EngineResult<void> LayerStore::keep(StoreTemporary& temporary, const Unpacked& unpacked) const {
  // All of its files at once: one by one takes minutes.
  if (::syncfs(unpacked.folder.get()) != 0) return store_failure("a layer cannot be synchronised", errno);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  if (::renameat2(temporary.folder(), unpacked.name.c_str(), store_->layers.get(), unpacked.diff_id.c_str(),
                  RENAME_NOREPLACE) != 0) {
    // Another process has unpacked the same meanwhile: its copy is as good.
    if (errno == EEXIST) return remove_tree(temporary.folder(), unpacked.name);
    return store_failure("a layer cannot be put into the image store", errno);
  }
  return sync_folder(store_->layers.get());
}

EngineResult<void> LayerStore::ensure(StoreTemporary& temporary, const BlobStore& blobs, const std::string& blob,
                                      const std::string& diff_id, const CallWatch& watch) const {
  if (has(diff_id)) return {};
  const auto file = blobs.open(blob);
  if (!file) return std::unexpected(file.error());
  const auto unpacked = unpack(temporary, file->get(), watch);
  if (!unpacked) return std::unexpected(unpacked.error());
  if (unpacked->diff_id != diff_id) {
    return failure(EngineError::Kind::refused,
                   fmt::format("layer sha256:{} unpacks to sha256:{}, where the image's configuration promises "
                               "sha256:{}",
                               blob, unpacked->diff_id, diff_id));
  }
  return keep(temporary, *unpacked);
}

EngineResult<std::string> LayerStore::add(StoreTemporary& temporary, int file, const CallWatch& watch) const {
  const auto unpacked = unpack(temporary, file, watch);
  if (!unpacked) return std::unexpected(unpacked.error());
  if (auto kept = keep(temporary, *unpacked); !kept) return std::unexpected(kept.error());
  return unpacked->diff_id;
}

}  // namespace skillrun::inline v0
