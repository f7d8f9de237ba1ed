#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine_call.hpp>

#include "engine/native/store/layer_path.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// How the tree says to overlayfs that something of the layers below is hidden. A name is hidden by a character device
/// 0:0 in either way; a folder that hides what it lies upon carries an extended attribute.
enum class OverlayMarks : std::uint8_t {
  trusted,  ///< trusted.overlay.*: for mounts by root
  user,     ///< user.overlay.*: for mounts in a user namespace, with the option userxattr
};

/// What an entry of a layer is beside its content.
struct EntryMetadata {
  mode_t permissions = 0;  ///< with setuid, setgid and sticky
  uid_t uid = 0;
  gid_t gid = 0;
  timespec modified{};
  std::vector<std::pair<std::string, std::string>> attributes;  ///< extended ones
};

/// The folder of one layer while it is written. Nothing is ever reached by a path: each step is one of the kernel's
/// from an open folder, beneath the layer's own and through no link (openat2), so no entry comes to lie outside of it,
/// whatever earlier entries made. A missing parent is made as a folder of root's. What is written takes the place of
/// what has the name already; only a folder stays a folder. Every failure names the entry.
class LayerTree {
 public:
  /// `root` is an empty folder, open.
  LayerTree(int root, OverlayMarks marks) : root_(root), marks_(marks) {}

  [[nodiscard]] EngineResult<void> make_folder(const LayerPath& path, const EntryMetadata& metadata);
  /// An empty file, open for writing; finish_file() gives it the rest.
  [[nodiscard]] EngineResult<UniqueFd> make_file(const LayerPath& path);
  [[nodiscard]] EngineResult<void> finish_file(int file, const LayerPath& path, std::int64_t size,
                                               const EntryMetadata& metadata);
  [[nodiscard]] EngineResult<void> make_symlink(const LayerPath& path, const std::string& target,
                                                const EntryMetadata& metadata);
  /// Another name for what an earlier entry of the same layer made.
  [[nodiscard]] EngineResult<void> make_link(const LayerPath& path, const LayerPath& target);
  /// A fifo, a socket or a device; `type` is S_IFIFO, S_IFSOCK, S_IFCHR or S_IFBLK.
  [[nodiscard]] EngineResult<void> make_node(const LayerPath& path, mode_t type, dev_t device,
                                             const EntryMetadata& metadata);
  /// Hides a name of the layers below. What this layer itself has under that name stays.
  [[nodiscard]] EngineResult<void> hide(const LayerPath& path);
  /// Hides everything that the layers below have in a folder.
  [[nodiscard]] EngineResult<void> hide_content(const LayerPath& folder);
  /// Gives the folders their times, which everything that was put there has changed.
  [[nodiscard]] EngineResult<void> finish();

 private:
  struct Place {
    int folder;
    const char* name;
  };

  [[nodiscard]] EngineResult<int> parent_of(const LayerPath& path);
  [[nodiscard]] EngineResult<UniqueFd> open_or_make(const std::string& folder);
  /// Makes way for what is to be written there.
  [[nodiscard]] EngineResult<Place> clear(const LayerPath& path);
  [[nodiscard]] EngineResult<void> set_opaque(int folder, const LayerPath& path) const;

  int root_;
  OverlayMarks marks_;
  std::string open_path_;  ///< of the parent that is open
  UniqueFd open_folder_;
  std::vector<std::pair<std::string, timespec>> folder_times_;  ///< the last one of a path counts
};

/// The extended attribute by which overlayfs takes a folder for opaque.
[[nodiscard]] const char* opaque_attribute(OverlayMarks marks) noexcept;

/// True when the root of an unpacked layer hides everything in the layers below it, which overlayfs does not see.
[[nodiscard]] bool is_opaque(int layer, OverlayMarks marks) noexcept;

}  // namespace skillrun::inline v0
