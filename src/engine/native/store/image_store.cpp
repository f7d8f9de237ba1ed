#include "engine/native/store/image_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <skillrun/parsing.hpp>

#include "engine/native/store/image_records.hpp"
#include "engine/native/store/store_failure.hpp"
#include "engine/native/store/store_writer.hpp"
#include "spec/reserved.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

EngineResult<ImageReference> reference_of(const std::string& text) {
  auto reference = parse_image_reference(text);
  if (!reference) return failure(EngineError::Kind::refused, reference.error().message);
  return std::move(*reference);
}

EngineResult<std::string> name_to_store(const std::string& text) {
  const auto reference = reference_of(text);
  if (!reference) return std::unexpected(reference.error());
  if (reference->id.empty() && reference->digest.empty()) return stored_name(*reference);
  return failure(EngineError::Kind::unsupported,
                 fmt::format("an image cannot be made under the name '{}': name it by a tag", printable(text)));
}

EngineResult<void> check_free_name(const std::optional<ImageReference>& name) {
  if (!name || (name->id.empty() && name->digest.empty() && !is_reserved_registry(name->registry))) return {};
  return failure(EngineError::Kind::unsupported,
                 fmt::format("images cannot be loaded under the name '{}': name them by a tag of a registry that is "
                             "not reserved",
                             printable(name->familiar())));
}

}  // namespace

LocalImages::LocalImages(StorePlace place, UnpackLimits limits) : place_(std::move(place)), limits_(limits) {}

EngineResult<std::optional<std::string>> LocalImages::digits_of(const StoreFolder& store,
                                                                const std::string& reference) const {
  const auto parsed = reference_of(reference);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->id.empty()) return std::optional(parsed->id);
  return ImageRecords(store).named(stored_name(*parsed));
}

EngineResult<std::optional<StoredImage>> LocalImages::describe(const StoreFolder& store,
                                                               const std::string& image) const {
  const auto record = ImageRecords(store).image(image);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  const auto text = BlobStore(store).read(image, most_config_bytes);
  if (!text) return std::unexpected(text.error());
  auto config = parse_image_config(*text);
  if (!config) return std::unexpected(config.error());
  StoredImage out{.info = std::move(config->info),
                  .layers = {},
                  .exposed_ports = std::move(config->exposed_ports),
                  .stop_signal = std::move(config->stop_signal),
                  .variant = std::move(config->platform.variant),
                  .has_healthcheck = config->has_healthcheck};
  out.info.id = "sha256:" + image;
  out.info.repo_digests = (*record)->repo_digests;
  // From the uppermost: one that comes again further below adds nothing there, and overlayfs takes each folder once.
  std::vector<std::string> seen;
  for (auto layer = config->diff_ids.rbegin(); layer != config->diff_ids.rend(); ++layer) {
    if (std::ranges::find(seen, *layer) != seen.end()) continue;
    seen.push_back(*layer);
    const UniqueFd folder(
        ::openat(store.layers.get(), layer->c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) {
      return failure(EngineError::Kind::not_found,
                     fmt::format("the image store lacks layer sha256:{} of image sha256:{}; remove the image and pull "
                                 "it again",
                                 *layer, image));
    }
    out.layers.push_back(store.path / "layers" / *layer);
    // overlayfs does not ask a layer's own folder.
    if (is_opaque(folder.get(), marks())) break;
  }
  std::ranges::reverse(out.layers);
  return out;
}

EngineResult<std::optional<StoredImage>> LocalImages::find(const std::string& reference, CallLimits) {
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  if (!*store) return std::nullopt;
  const auto image = digits_of(**store, reference);
  if (!image) return std::unexpected(image.error());
  if (!*image) return std::nullopt;
  return describe(**store, **image);
}

EngineResult<std::optional<LeasedImage>> LocalImages::lease(const std::string& reference, CallLimits limits) {
  const CallWatch watch(limits, "leasing an image");
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  if (!*store) return std::nullopt;
  const auto image = digits_of(**store, reference);
  if (!image) return std::unexpected(image.error());
  if (!*image) return std::nullopt;
  // Looked at once the lease holds: what was removed before is gone, what is there stays.
  auto lock = FileLock::wait((*store)->leases.get(), **image, LockMode::shared, watch);
  if (!lock) return std::unexpected(lock.error());
  auto described = describe(**store, **image);
  if (!described) return std::unexpected(described.error());
  if (!*described) return std::nullopt;
  return LeasedImage{.image = std::move(**described), .lease = ImageLease(std::move(*lock))};
}

EngineResult<std::optional<ImageInfo>> LocalImages::inspect_image(const std::string& reference, CallLimits limits) {
  auto image = find(reference, limits);
  if (!image) return std::unexpected(image.error());
  if (!*image) return std::nullopt;
  return std::optional(std::move((*image)->info));
}

EngineResult<void> LocalImages::import_image(const ImportRequest& request, const ByteSource& archive,
                                             CallLimits limits) {
  const CallWatch watch(limits, "importing an image");
  const auto name = name_to_store(request.reference);
  if (!name) return std::unexpected(name.error());
  const auto writer = StoreWriter::begin(place_, rules(), watch);
  if (!writer) return std::unexpected(writer.error());
  const auto layer = (*writer)->spool(archive);
  if (!layer) return std::unexpected(layer.error());
  const auto added = (*writer)->add_root_file_system(*layer, request.labels, {.names = {*name}, .repo_digest = {}});
  if (!added) return std::unexpected(added.error());
  return {};
}

EngineResult<std::vector<LoadedImage>> LocalImages::load_archive(const ByteSource& archive,
                                                                 const std::optional<ImageReference>& name,
                                                                 const ProgressSink& progress, CallLimits limits) {
  const CallWatch watch(limits, "loading images");
  if (auto checked = check_free_name(name); !checked) return std::unexpected(checked.error());
  const auto writer = StoreWriter::begin(place_, rules(), watch);
  if (!writer) return std::unexpected(writer.error());
  const auto members = ArchiveMembers::read(**writer, archive);
  if (!members) return std::unexpected(members.error());
  return load_images(**writer, **members, name, progress);
}

EngineResult<std::vector<LoadedImage>> LocalImages::load_layout(const std::string& folder,
                                                                const std::optional<ImageReference>& name,
                                                                const ProgressSink& progress, CallLimits limits) {
  const CallWatch watch(limits, "loading images");
  if (auto checked = check_free_name(name); !checked) return std::unexpected(checked.error());
  const auto writer = StoreWriter::begin(place_, rules(), watch);
  if (!writer) return std::unexpected(writer.error());
  const auto members = FolderMembers::open(**writer, folder);
  if (!members) return std::unexpected(members.error());
  return load_images(**writer, **members, name, progress);
}

}  // namespace skillrun::inline v0
