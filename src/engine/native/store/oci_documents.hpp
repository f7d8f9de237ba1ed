#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/images.hpp>

#include "engine/native/store/blob_store.hpp"

namespace skillrun::inline v0 {

// The documents that describe images: manifests and indexes of the OCI image specification 1.1 and of docker (schema
// 2), and configurations. They are anybody's. What is not what the specification says is an error, of kind refused,
// that names the member; members that are not listed there are not read. Pure; safe for use from several threads.

/// More bytes of a manifest or configuration are never read.
inline constexpr std::size_t most_manifest_bytes = std::size_t{4} << 20;
inline constexpr std::size_t most_config_bytes = std::size_t{8} << 20;

struct ImageManifest {
  BlobReference config;
  std::vector<BlobReference> layers;  ///< the lowest first
};

/// What an image is for: "linux", "arm", "v7".
struct OciPlatform {
  std::string os;
  std::string architecture;
  std::string variant;
};

struct IndexEntry {
  BlobReference manifest;
  bool is_index = false;
  std::optional<OciPlatform> platform{};
  /// Full names by which the image goes in an archive: containerd's io.containerd.image.name, and
  /// org.opencontainers.image.ref.name, which may be a tag only.
  std::string image_name{};
  std::string ref_name{};
};

/// A manifest or an index.
struct ManifestDocument {
  std::string media_type;  ///< OCI's where the document does not say
  std::optional<ImageManifest> image;
  std::vector<IndexEntry> index;  ///< what is not an image (attestations, signatures) is left out
};

struct ImageConfig {
  ImageInfo info;  ///< without id and repo_digests
  OciPlatform platform;
  std::vector<std::string> diff_ids;  ///< hexadecimal, the lowest layer first
  std::vector<std::string> exposed_ports;
  std::string stop_signal;
  bool has_healthcheck = false;
};

[[nodiscard]] EngineResult<ManifestDocument> parse_manifest(std::string_view text);
[[nodiscard]] EngineResult<ImageConfig> parse_image_config(std::string_view text);

/// One image of `docker save`'s manifest.json: paths within the archive.
struct SavedImage {
  std::string config;
  std::vector<std::string> layers;
  std::vector<std::string> names;
};
[[nodiscard]] EngineResult<std::vector<SavedImage>> parse_saved_images(std::string_view text);

/// What runs on this machine.
[[nodiscard]] OciPlatform machine_platform();

/// "linux/arm/v7" taken apart, as parse_platform() gives it; a missing architecture is this machine's.
[[nodiscard]] OciPlatform parse_oci_platform(std::string_view text);

/// The entry that runs on a platform: the same variant, or of arm the highest one below it; null when there is none. An
/// entry that does not say what it is for is for anything, unless another one fits.
[[nodiscard]] const IndexEntry* choose_platform(const std::vector<IndexEntry>& index, const OciPlatform& platform);

/// The manifest (OCI) of an image that came without one.
[[nodiscard]] std::string write_manifest(const BlobReference& config, const std::vector<BlobReference>& layers,
                                         const std::vector<bool>& gzip);

/// The configuration of an image of one layer for this machine.
[[nodiscard]] std::string write_config(const std::string& diff_id,
                                       const std::vector<std::pair<std::string, std::string>>& labels);

}  // namespace skillrun::inline v0
