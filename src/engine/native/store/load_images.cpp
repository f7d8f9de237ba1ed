// The images of an archive or layout: which there are, and by which names.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <skillrun/parsing.hpp>

#include "engine/native/store/image_members.hpp"
#include "engine/native/store/store_failure.hpp"
#include "spec/reserved.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr int deepest_index = 4;

/// One image to be added: either a manifest, or the files of docker's older form.
struct FoundImage {
  std::string manifest;  ///< its text
  SavedImage saved;
  std::vector<std::string> names;
};

class ImageLoading {
 public:
  ImageLoading(StoreWriter& writer, ImageMembers& members, const ProgressSink& progress)
      : writer_(writer), members_(members), progress_(progress) {}

  EngineResult<std::vector<FoundImage>> find();
  EngineResult<std::string> add(const FoundImage& image, const ImageNames& names);

 private:
  EngineResult<std::optional<std::string>> text_of(const std::string& path, std::size_t most);
  EngineResult<std::string> blob_text(const BlobReference& blob);
  EngineResult<std::string> required(const std::string& path);
  EngineResult<std::vector<FoundImage>> of_layout(std::string_view index);
  EngineResult<std::optional<std::string>> manifest_of(const IndexEntry& entry);
  EngineResult<void> compare(const std::vector<SavedImage>& saved, const std::vector<FoundImage>& of_index);

  StoreWriter& writer_;
  ImageMembers& members_;
  const ProgressSink& progress_;
};

std::unexpected<EngineError> wrong_archive(std::string why) {
  return failure(EngineError::Kind::refused, "the image archive: " + std::move(why));
}

EngineResult<std::optional<std::string>> ImageLoading::text_of(const std::string& path, std::size_t most) {
  const auto name = members_.take(path);
  if (!name) return std::unexpected(name.error());
  if (!*name) return std::nullopt;
  const UniqueFd file(::openat(writer_.temporary().folder(), (*name)->c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return store_failure(printable(path), errno);
  if (static_cast<std::uint64_t>(status.st_size) > most) {
    return wrong_archive(fmt::format("'{}' has more than {} bytes", printable(path), most));
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  if (got < 0 || static_cast<std::size_t>(got) != text.size()) return store_failure(printable(path), errno);
  return text;
}

std::string blob_path(const BlobReference& blob) { return "blobs/sha256/" + blob.digest; }

EngineResult<std::string> ImageLoading::blob_text(const BlobReference& blob) {
  auto text = text_of(blob_path(blob), most_manifest_bytes);
  if (!text) return std::unexpected(text.error());
  if (!*text) return wrong_archive(fmt::format("it lacks the blob sha256:{}", blob.digest));
  if (sha256(**text) != blob.digest) {
    return wrong_archive(fmt::format("the blob sha256:{} is not what its digest promises", blob.digest));
  }
  return std::move(**text);
}

EngineResult<std::string> ImageLoading::required(const std::string& path) {
  auto name = members_.take(path);
  if (!name) return std::unexpected(name.error());
  if (!*name) return wrong_archive(fmt::format("it lacks '{}'", printable(path)));
  return std::move(**name);
}

/// The manifest that an entry leads to; nothing when it has no image for this machine.
EngineResult<std::optional<std::string>> ImageLoading::manifest_of(const IndexEntry& entry) {
  IndexEntry at = entry;
  for (int depth = 0; depth < deepest_index; ++depth) {
    auto text = blob_text(at.manifest);
    if (!text) return std::unexpected(text.error());
    const auto document = parse_manifest(*text);
    if (!document) return std::unexpected(document.error());
    if (document->image) return std::optional(std::move(*text));
    const IndexEntry* const chosen = choose_platform(document->index, machine_platform());
    if (chosen == nullptr) return std::nullopt;
    at = *chosen;
  }
  return wrong_archive("its indexes lie too deep in one another");
}

EngineResult<std::vector<FoundImage>> ImageLoading::of_layout(std::string_view index) {
  const auto document = parse_manifest(index);
  if (!document) return std::unexpected(document.error());
  if (document->image) return wrong_archive("index.json is not an index");
  std::vector<FoundImage> images;
  for (const IndexEntry& entry : document->index) {
    auto manifest = manifest_of(entry);
    if (!manifest) return std::unexpected(manifest.error());
    if (!*manifest) continue;
    FoundImage image{.manifest = std::move(**manifest), .saved = {}, .names = {}};
    // A tag alone names nothing.
    const std::string& name = entry.image_name.empty() ? entry.ref_name : entry.image_name;
    if (name.contains('/') || name.contains(':')) image.names.push_back(name);
    images.push_back(std::move(image));
  }
  return images;
}

/// What is both must be the same to those who read the one and those who read the other.
EngineResult<void> ImageLoading::compare(const std::vector<SavedImage>& saved,
                                         const std::vector<FoundImage>& of_index) {
  std::set<std::string, std::less<>> configs;
  for (const FoundImage& image : of_index) {
    const auto manifest = parse_manifest(image.manifest);
    if (manifest && manifest->image) configs.insert(manifest->image->config.digest);
  }
  for (const SavedImage& image : saved) {
    const auto config = text_of(image.config, most_config_bytes);
    if (!config) return std::unexpected(config.error());
    if (!*config || !configs.contains(sha256(**config))) {
      return wrong_archive("manifest.json and index.json describe different images");
    }
  }
  return {};
}

EngineResult<std::vector<FoundImage>> ImageLoading::find() {
  const auto saved_text = text_of("manifest.json", most_manifest_bytes);
  if (!saved_text) return std::unexpected(saved_text.error());
  const auto index_text = text_of("index.json", most_manifest_bytes);
  if (!index_text) return std::unexpected(index_text.error());
  if (!*saved_text && !*index_text) {
    return wrong_archive("it holds neither manifest.json (docker save) nor index.json (OCI image layout)");
  }
  std::vector<FoundImage> of_index;
  if (*index_text) {
    auto found = of_layout(**index_text);
    if (!found) return std::unexpected(found.error());
    of_index = std::move(*found);
  }
  if (!*saved_text) return of_index;
  auto saved = parse_saved_images(**saved_text);
  if (!saved) return std::unexpected(saved.error());
  if (*index_text) {
    if (auto same = compare(*saved, of_index); !same) return std::unexpected(same.error());
  }
  std::vector<FoundImage> images;
  for (SavedImage& image : *saved) {
    std::vector<std::string> names = image.names;
    images.push_back({.manifest = {}, .saved = std::move(image), .names = std::move(names)});
  }
  return images;
}

EngineResult<std::string> ImageLoading::add(const FoundImage& image, const ImageNames& names) {
  if (!image.manifest.empty()) {
    const BlobFinder find = [&](const BlobReference& blob) { return required(blob_path(blob)); };
    return writer_.add_image(image.manifest, find, names, progress_);
  }
  const auto config = text_of(image.saved.config, most_config_bytes);
  if (!config) return std::unexpected(config.error());
  if (!*config) return wrong_archive(fmt::format("it lacks '{}'", printable(image.saved.config)));
  std::vector<std::string> layers;
  for (const std::string& path : image.saved.layers) {
    auto name = required(path);
    if (!name) return std::unexpected(name.error());
    layers.push_back(std::move(*name));
  }
  return writer_.add_loose_image(**config, layers, names, progress_);
}

/// A name that an archive claims.
EngineResult<std::string> claimed_name(const std::string& name) {
  const auto reference = parse_image_reference(name);
  if (!reference || !reference->id.empty()) {
    return wrong_archive(fmt::format("'{}' is not a name of an image", printable(name)));
  }
  if (is_reserved_registry(reference->registry)) {
    return wrong_archive(
        fmt::format("'{}' is a name of what skillrun builds itself; load it under another name", printable(name)));
  }
  return stored_name(*reference);
}

}  // namespace

EngineResult<std::vector<LoadedImage>> load_images(StoreWriter& writer, ImageMembers& members,
                                                   const std::optional<ImageReference>& name,
                                                   const ProgressSink& progress) {
  ImageLoading loading(writer, members, progress);
  const auto images = loading.find();
  if (!images) return std::unexpected(images.error());
  if (images->empty()) return wrong_archive("it holds no image for this machine");
  if (name && images->size() != 1) {
    return wrong_archive(fmt::format("it holds {} images, of which one name cannot name all", images->size()));
  }
  std::vector<LoadedImage> loaded;
  for (const FoundImage& image : *images) {
    ImageNames names;
    if (name) {
      names.names.push_back(stored_name(*name));
    } else {
      for (const std::string& claimed : image.names) {
        auto stored = claimed_name(claimed);
        if (!stored) return std::unexpected(stored.error());
        names.names.push_back(std::move(*stored));
      }
    }
    auto id = loading.add(image, names);
    if (!id) return std::unexpected(id.error());
    loaded.push_back({.id = "sha256:" + *id, .names = std::move(names.names)});
  }
  return loaded;
}

}  // namespace skillrun::inline v0
