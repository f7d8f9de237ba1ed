#include "engine/native/store/store_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/native/store/store_failure.hpp"
#include "support/sha256.hpp"
#include "support/write_all.hpp"

namespace skillrun::inline v0 {

StoreWriter::StoreWriter(StoreFolder store, StoreTemporary temporary, const UnpackRules& rules, const CallWatch& watch)
    : store_(std::move(store)),
      temporary_(std::move(temporary)),
      watch_(watch),
      blobs_(store_),
      layers_(store_, rules),
      records_(store_) {}

EngineResult<std::unique_ptr<StoreWriter>> StoreWriter::begin(const StorePlace& place, const UnpackRules& rules,
                                                              const CallWatch& watch) {
  auto store = StoreFolder::make(place);
  if (!store) return std::unexpected(store.error());
  auto temporary = StoreTemporary::make(*store, watch);
  if (!temporary) return std::unexpected(temporary.error());
  return std::unique_ptr<StoreWriter>(new StoreWriter(std::move(*store), std::move(*temporary), rules, watch));
}

EngineResult<void> StoreWriter::hold_content() {
  if (content_) return {};
  auto lock = store_.lock_content(LockMode::shared, watch_);
  if (!lock) return std::unexpected(lock.error());
  content_ = std::move(*lock);
  return {};
}

EngineResult<std::string> StoreWriter::spool(const ByteSource& source) {
  std::string name = temporary_.fresh_name();
  const UniqueFd file(::openat(temporary_.folder(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return store_failure("a temporary file of the image store cannot be made", errno);
  while (true) {
    if (auto checked = watch_.check(); !checked) return std::unexpected(checked.error());
    const auto piece = source();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return name;
    if (!write_all(file.get(), *piece)) {
      return store_failure("a temporary file of the image store cannot be written", errno);
    }
  }
}

EngineResult<std::string> StoreWriter::add_image(std::string_view manifest_text, const BlobFinder& find,
                                                 const ImageNames& names, const ProgressSink& progress) {
  const auto manifest = parse_manifest(manifest_text);
  if (!manifest) return std::unexpected(manifest.error());
  if (!manifest->image) {
    return failure(EngineError::Kind::refused, "the image's manifest: an index stands where a manifest was expected");
  }
  if (auto held = hold_content(); !held) return std::unexpected(held.error());
  const auto take = [&](const BlobReference& blob) -> EngineResult<void> {
    if (blobs_.has(blob.digest)) return {};
    const auto name = find(blob);
    return name ? blobs_.adopt(temporary_, *name, blob, watch_) : std::unexpected(name.error());
  };
  const BlobReference& config_blob = manifest->image->config;
  if (auto taken = take(config_blob); !taken) return std::unexpected(taken.error());
  const auto config_text = blobs_.read(config_blob.digest, most_config_bytes);
  if (!config_text) return std::unexpected(config_text.error());
  const auto config = parse_image_config(*config_text);
  if (!config) return std::unexpected(config.error());
  const std::vector<BlobReference>& packed = manifest->image->layers;
  if (config->diff_ids.size() != packed.size()) {
    return failure(EngineError::Kind::refused,
                   fmt::format("the image has {} layers, and its configuration describes {}", packed.size(),
                               config->diff_ids.size()));
  }
  for (std::size_t at = 0; at < packed.size(); ++at) {
    if (auto taken = take(packed[at]); !taken) return std::unexpected(taken.error());
    const std::string& diff_id = config->diff_ids[at];
    if (!layers_.has(diff_id) && progress) {
      progress({.kind = ProgressEvent::Kind::line,
                .text = fmt::format("unpacking layer {} of {} (sha256:{})", at + 1, packed.size(), diff_id)});
    }
    if (auto there = layers_.ensure(temporary_, blobs_, packed[at].digest, diff_id, watch_); !there) {
      return std::unexpected(there.error());
    }
  }
  const auto stored = blobs_.put(temporary_, manifest_text);
  if (!stored) return std::unexpected(stored.error());
  if (auto noted = record(config_blob.digest, stored->digest, names); !noted) return std::unexpected(noted.error());
  return config_blob.digest;
}

EngineResult<std::string> StoreWriter::add_loose_image(std::string_view config, const std::vector<std::string>& layers,
                                                       const ImageNames& names, const ProgressSink& progress) {
  if (auto held = hold_content(); !held) return std::unexpected(held.error());
  std::vector<BlobReference> packed;
  std::vector<bool> gzip;
  for (const std::string& layer : layers) {
    const UniqueFd file(::openat(temporary_.folder(), layer.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return store_failure("a layer cannot be read", errno);
    std::array<char, 2> begin{};
    gzip.push_back(::pread(file.get(), begin.data(), begin.size(), 0) == 2 && begin[0] == '\x1f' && begin[1] == '\x8b');
    auto reference = digest_of_file(file.get(), watch_);
    if (!reference) return std::unexpected(reference.error());
    packed.push_back(std::move(*reference));
  }
  const auto described = blobs_.put(temporary_, config);
  if (!described) return std::unexpected(described.error());
  const BlobFinder find = [&](const BlobReference& blob) -> EngineResult<std::string> {
    const auto found = std::ranges::find(packed, blob.digest, &BlobReference::digest);
    if (found != packed.end()) return layers[static_cast<std::size_t>(found - packed.begin())];
    return failure(EngineError::Kind::server, "a blob that was just stored is not there");
  };
  return add_image(write_manifest(*described, packed, gzip), find, names, progress);
}

EngineResult<std::string> StoreWriter::add_root_file_system(
    const std::string& layer, const std::vector<std::pair<std::string, std::string>>& labels, const ImageNames& names) {
  if (auto held = hold_content(); !held) return std::unexpected(held.error());
  std::string diff_id;
  {
    const UniqueFd file(::openat(temporary_.folder(), layer.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return store_failure("a layer cannot be read", errno);
    auto added = layers_.add(temporary_, file.get(), watch_);
    if (!added) return std::unexpected(added.error());
    diff_id = std::move(*added);
  }
  return add_loose_image(write_config(diff_id, labels), {layer}, names, {});
}

EngineResult<void> StoreWriter::record(const std::string& image, const std::string& manifest, const ImageNames& names) {
  const auto lock = store_.lock_records(watch_);
  if (!lock) return std::unexpected(lock.error());
  auto known = records_.image(image);
  if (!known) return std::unexpected(known.error());
  ImageRecord record{.manifest = manifest, .repo_digests = {}};
  if (*known) record.repo_digests = (*known)->repo_digests;
  if (!names.repo_digest.empty() &&
      std::ranges::find(record.repo_digests, names.repo_digest) == record.repo_digests.end()) {
    record.repo_digests.push_back(names.repo_digest);
  }
  if (auto put = records_.put_image(temporary_, image, record); !put) return put;
  for (const std::string& name : names.names) {
    if (auto put = records_.put_name(temporary_, {.name = name, .image = image}); !put) return put;
  }
  return {};
}

}  // namespace skillrun::inline v0
