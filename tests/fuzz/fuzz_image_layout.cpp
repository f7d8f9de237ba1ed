// Any bytes as the documents of an image, and as an archive of images. Holds: what is understood has digests that are
// digests; what is stored can be found.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/native/store/image_store.hpp"
#include "engine/native/store/oci_documents.hpp"

namespace {

namespace fs = std::filesystem;

void check_digest(std::string_view digits) {
  if (!skillrun::sha256_digits("sha256:" + std::string(digits))) std::abort();
}

std::string make_store() {
  std::string place = fs::exists("/dev/shm") ? "/dev/shm/fuzz-store-XXXXXX" : "/tmp/fuzz-store-XXXXXX";
  if (::mkdtemp(place.data()) == nullptr) std::abort();
  return place + "/store";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = parse_manifest(bytes)) {
    if (manifest->image) {
      check_digest(manifest->image->config.digest);
      for (const BlobReference& layer : manifest->image->layers) check_digest(layer.digest);
    }
    for (const IndexEntry& entry : manifest->index) check_digest(entry.manifest.digest);
    static_cast<void>(choose_platform(manifest->index, machine_platform()));
  }
  if (const auto config = parse_image_config(bytes)) {
    for (const std::string& diff_id : config->diff_ids) check_digest(diff_id);
  }
  static_cast<void>(parse_saved_images(bytes));

  static const std::string root = make_store();
  LocalImages images({.root = root}, {.bytes = 1 << 20, .entries = 200, .keep_free = 0});
  bool given = false;
  const ByteSource source = [&]() -> EngineResult<std::string> {
    if (given) return std::string();
    given = true;
    return bytes;
  };
  const auto loaded = images.load_archive(source, {}, {}, {});
  if (!loaded) return 0;
  for (const LoadedImage& image : *loaded) {
    const auto found = images.find(image.id, {});
    if (!found || !*found) std::abort();
  }
  if (!images.prune(PruneScope::unused, {})) std::abort();
  return 0;
}
