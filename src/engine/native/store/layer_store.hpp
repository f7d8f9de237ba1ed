#pragma once

#include <filesystem>
#include <string>

#include "engine/native/store/blob_store.hpp"
#include "engine/native/store/unpack_layer.hpp"

namespace skillrun::inline v0 {

/// The unpacked layers, each under its diff id. The store must outlive it.
class LayerStore {
 public:
  LayerStore(const StoreFolder& store, UnpackRules rules) : store_(&store), rules_(rules) {}

  [[nodiscard]] bool has(const std::string& diff_id) const;
  [[nodiscard]] std::filesystem::path path(const std::string& diff_id) const;
  /// Unpacks a blob, unless the layer is there already. One that turns out to have another diff id is refused.
  [[nodiscard]] EngineResult<void> ensure(StoreTemporary& temporary, const BlobStore& blobs, const std::string& blob,
                                          const std::string& diff_id, const CallWatch& watch) const;
  /// Unpacks a file whose diff id nobody has promised, and tells it.
  [[nodiscard]] EngineResult<std::string> add(StoreTemporary& temporary, int file, const CallWatch& watch) const;

 private:
  struct Unpacked {
    std::string name;  ///< in the temporary folder
    std::string diff_id;
    UniqueFd folder;
  };
  [[nodiscard]] EngineResult<Unpacked> unpack(StoreTemporary& temporary, int file, const CallWatch& watch) const;
  [[nodiscard]] EngineResult<void> keep(StoreTemporary& temporary, const Unpacked& unpacked) const;

  const StoreFolder* store_;
  UnpackRules rules_;
};

}  // namespace skillrun::inline v0
