#pragma once

#include <cstdint>
#include <string>

#include "engine/native/store/call_watch.hpp"
#include "engine/native/store/layer_tree.hpp"

namespace skillrun::inline v0 {

/// What a layer may cost. An image is anybody's: what is small when it is packed can be endless when it is not.
struct UnpackLimits {
  std::uint64_t bytes = std::uint64_t{32} << 30;  ///< of the uncompressed archive
  std::uint64_t entries = 2'000'000;
  std::uint64_t attribute_bytes = std::uint64_t{64} << 10;  ///< of all extended attributes of one entry
  std::uint64_t keep_free = std::uint64_t{64} << 20;        ///< of the file system, in bytes
};

struct UnpackRules {
  OverlayMarks marks = OverlayMarks::trusted;
  UnpackLimits limits{};
};

struct UnpackedLayer {
  std::string diff_id;  ///< SHA-256 of the uncompressed archive, in hexadecimal
  std::uint64_t entries = 0;
};

/// Unpacks the layer that is open as `file` (tar; gzip, zstd or neither) into `folder`, an empty one, for overlayfs, as
/// the OCI image specification ("Image Layer Filesystem Changeset") says. On an error the folder holds anything.
///
/// Refused is what would leave the folder, what the limits exclude, and extended attributes that are not `user.`,
/// `security.capability` or an ACL of POSIX: overlayfs's own above all, by which an image could reach what is hidden.
/// Left out are labels of the machine that wrote the archive (security.selinux, .ima, .evm, trusted., system.nfs4_acl)
/// and what AUFS kept beside its layers (.wh..wh.aufs, .wh..wh.orph, .wh..wh.plnk). Devices are made, as docker
/// does: a container's device cgroup decides whether they can be opened. Without the right to make them, in a user
/// namespace, those below dev/ are left out, where every container has a /dev of its own upon them; others are refused.
///
/// Works in the locale "C" of this thread while it lasts.
[[nodiscard]] EngineResult<UnpackedLayer> unpack_layer(int file, int folder, const UnpackRules& rules,
                                                       const CallWatch& watch);

}  // namespace skillrun::inline v0
