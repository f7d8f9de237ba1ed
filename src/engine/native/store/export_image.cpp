// An image as one archive that is an OCI image layout and what `docker save` writes, as docker 25 and later do.
#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <set>

#include <skillrun/parsing.hpp>

#include "engine/native/store/image_records.hpp"
#include "engine/native/store/image_store.hpp"
#include "engine/native/store/remove_images.hpp"
#include "engine/native/store/store_failure.hpp"
#include "support/json.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Of every member: the same image is the same archive.
constexpr time_t member_time = 0;

struct FreeWriter {
  void operator()(archive* writer) const noexcept { ::archive_write_free(writer); }
};

class ArchiveExport {
 public:
  ArchiveExport(const ByteSink& sink, const CallWatch& watch) : sink_(sink), watch_(watch) {
    ::archive_write_set_format_pax_restricted(writer_.get());
    ::archive_write_set_bytes_per_block(writer_.get(), 0);
  }

  EngineResult<void> begin() {
    return check(::archive_write_open2(writer_.get(), this, nullptr, pass_on, nullptr, nullptr));
  }
  EngineResult<void> text(const std::string& path, std::string_view text) {
    if (auto written = header(path, text.size()); !written) return written;
    return bytes(text);
  }
  EngineResult<void> blob(const BlobStore& blobs, const BlobReference& blob);
  EngineResult<void> end() { return check(::archive_write_close(writer_.get())); }

 private:
  /// check() tells the caller of an error. The library is not told: it would not free what it has (3.6.2).
  static la_ssize_t pass_on(archive* /*writer*/, void* self, const void* bytes, std::size_t size) {
    auto& out = *static_cast<ArchiveExport*>(self);
    if (!out.sink_error_) {
      if (auto taken = out.sink_({static_cast<const char*>(bytes), size}); !taken) out.sink_error_ = taken.error();
    }
    return static_cast<la_ssize_t>(size);
  }
  EngineResult<void> check(la_ssize_t result) {
    if (sink_error_) return std::unexpected(*sink_error_);
    if (result >= ARCHIVE_OK) return {};
    const char* words = ::archive_error_string(writer_.get());
    return failure(EngineError::Kind::server, fmt::format("the image cannot be exported: {}",
                                                          words == nullptr ? "unknown error" : printable(words)));
  }
  EngineResult<void> header(const std::string& path, std::uint64_t size) {
    const std::unique_ptr<archive_entry, decltype(&::archive_entry_free)> entry(::archive_entry_new(),
                                                                                &::archive_entry_free);
    ::archive_entry_set_pathname(entry.get(), path.c_str());
    ::archive_entry_set_filetype(entry.get(), AE_IFREG);
    ::archive_entry_set_perm(entry.get(), 0644);
    ::archive_entry_set_mtime(entry.get(), member_time, 0);
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    return check(::archive_write_header(writer_.get(), entry.get()));
  }
  EngineResult<void> bytes(std::string_view bytes) {
    return check(::archive_write_data(writer_.get(), bytes.data(), bytes.size()));
  }

  const ByteSink& sink_;
  const CallWatch& watch_;
  std::optional<EngineError> sink_error_;
  std::unique_ptr<archive, FreeWriter> writer_{::archive_write_new()};
};

std::string member_of(const std::string& digest) { return "blobs/sha256/" + digest; }

EngineResult<void> ArchiveExport::blob(const BlobStore& blobs, const BlobReference& blob) {
  const auto file = blobs.open(blob.digest);
  if (!file) return std::unexpected(file.error());
  if (auto written = header(member_of(blob.digest), blob.size); !written) return written;
  constexpr std::size_t piece_size = std::size_t{256} << 10;
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  Sha256 hash;
  std::uint64_t size = 0;
  while (true) {
    if (auto checked = watch_.check(); !checked) return checked;
    const ssize_t got = ::read(file->get(), piece.get(), piece_size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return store_failure(fmt::format("blob sha256:{} of the image store", blob.digest), errno);
    if (got == 0) break;
    const std::string_view read(piece.get(), static_cast<std::size_t>(got));
    hash.add(read);
    size += read.size();
    if (auto written = bytes(read); !written) return written;
  }
  if (size == blob.size && hash.finish() == blob.digest) return {};
  return failure(
      EngineError::Kind::server,
      fmt::format("blob sha256:{} of the image store is damaged; remove the image and pull it again", blob.digest));
}

/// One entry for each name, as containerd wants it; one without a name where there is none.
std::string index_json(const std::string& type, const BlobReference& manifest, const std::vector<std::string>& names) {
  json::array entries;
  const auto entry = [&] {
    return json::object{{"mediaType", type}, {"digest", "sha256:" + manifest.digest}, {"size", manifest.size}};
  };
  for (const std::string& name : names) {
    json::object named = entry();
    named["annotations"] = json::object{{"io.containerd.image.name", name},
                                        {"org.opencontainers.image.ref.name", name.substr(name.rfind(':') + 1)}};
    entries.emplace_back(std::move(named));
  }
  if (names.empty()) entries.emplace_back(entry());
  return json::serialize(json::object{{"schemaVersion", 2},
                                      {"mediaType", "application/vnd.oci.image.index.v1+json"},
                                      {"manifests", std::move(entries)}});
}

std::string manifest_json(const ImageManifest& manifest, const std::vector<std::string>& names) {
  json::array layers;
  for (const BlobReference& layer : manifest.layers) layers.emplace_back(member_of(layer.digest));
  json::array tags;
  for (const std::string& name : names) {
    const auto reference = parse_image_reference(name);
    tags.emplace_back(reference ? reference->familiar() : name);
  }
  return json::serialize(list_of(json::object{
      {"Config", member_of(manifest.config.digest)}, {"RepoTags", std::move(tags)}, {"Layers", std::move(layers)}}));
}

}  // namespace

EngineResult<void> LocalImages::export_to(const std::string& reference, const ByteSink& sink, CallLimits limits) {
  const CallWatch watch(limits, "exporting an image");
  const auto leased = lease(reference, limits);
  if (!leased) return std::unexpected(leased.error());
  if (!*leased) return failure(EngineError::Kind::not_found, fmt::format("no such image: {}", printable(reference)));
  const auto store = StoreFolder::open(place_);
  if (!store) return std::unexpected(store.error());
  if (!*store) return failure(EngineError::Kind::not_found, fmt::format("no such image: {}", printable(reference)));
  const ImageRecords records(**store);
  const BlobStore blobs(**store);
  const std::string image = sha256_digits((*leased)->image.info.id).value_or("");
  const auto record = records.image(image);
  if (!record) return std::unexpected(record.error());
  if (!*record) return failure(EngineError::Kind::not_found, fmt::format("no such image: {}", printable(reference)));
  const auto text = blobs.read((*record)->manifest, most_manifest_bytes);
  if (!text) return std::unexpected(text.error());
  const auto manifest = parse_manifest(*text);
  if (!manifest) return std::unexpected(manifest.error());
  if (!manifest->image) return failure(EngineError::Kind::server, "the image's manifest is an index");

  const auto asked = parse_image_reference(reference);
  const auto all = records.names();
  if (!all) return std::unexpected(all.error());
  std::vector<std::string> names;
  for (const ImageName& name : *all) {
    const bool wanted = !asked || !asked->id.empty() || stored_name(*asked) == name.name;
    if (name.image == image && wanted && !is_digest_name(name.name)) names.push_back(name.name);
  }

  ArchiveExport out(sink, watch);
  std::set<std::string, std::less<>> written;
  std::vector<BlobReference> pieces = manifest->image->layers;
  pieces.push_back(manifest->image->config);
  pieces.push_back({.digest = (*record)->manifest, .size = text->size()});
  if (auto begun = out.begin(); !begun) return begun;
  if (auto put = out.text("oci-layout", R"({"imageLayoutVersion":"1.0.0"})"); !put) return put;
  if (auto put = out.text("index.json", index_json(manifest->media_type, pieces.back(), names)); !put) return put;
  if (auto put = out.text("manifest.json", manifest_json(*manifest->image, names)); !put) return put;
  for (const BlobReference& piece : pieces) {
    if (!written.insert(piece.digest).second) continue;
    if (auto put = out.blob(blobs, piece); !put) return put;
  }
  return out.end();
}

}  // namespace skillrun::inline v0
