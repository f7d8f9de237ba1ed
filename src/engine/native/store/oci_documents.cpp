#include "engine/native/store/oci_documents.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/typed_answer.hpp"
#include "support/strict_json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

constexpr std::array manifest_types{"application/vnd.oci.image.manifest.v1+json"sv,
                                    "application/vnd.docker.distribution.manifest.v2+json"sv};
constexpr std::array index_types{"application/vnd.oci.image.index.v1+json"sv,
                                 "application/vnd.docker.distribution.manifest.list.v2+json"sv};
constexpr std::array config_types{"application/vnd.oci.image.config.v1+json"sv,
                                  "application/vnd.docker.container.image.v1+json"sv};
constexpr std::array layer_types{"application/vnd.oci.image.layer.v1.tar"sv,
                                 "application/vnd.oci.image.layer.v1.tar+gzip"sv,
                                 "application/vnd.oci.image.layer.v1.tar+zstd"sv,
                                 "application/vnd.docker.image.rootfs.diff.tar"sv,
                                 "application/vnd.docker.image.rootfs.diff.tar.gzip"sv,
                                 "application/vnd.docker.image.rootfs.diff.tar.zstd"sv};

/// More than overlayfs takes.
constexpr std::size_t most_layers = 500;

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

std::unexpected<EngineError> unfit(std::string_view document, std::string_view why) {
  return failure(EngineError::Kind::refused, fmt::format("{}: {}", document, why));
}

EngineResult<json::value> parse_document(std::string_view text, std::string_view what, std::size_t most) {
  auto document = parse_strict_json(text, {.bytes = most, .depth = 32, .entries = 20'000});
  if (document) return std::move(*document);
  const JsonFault& fault = document.error();
  return unfit(what,
               fault.pointer.empty() ? fault.message : fmt::format("{}: {}", printable(fault.pointer), fault.message));
}

EngineResult<BlobReference> read_reference(const TypedAnswer& descriptor, std::string_view what) {
  const std::string digest = descriptor.text("digest");
  const auto digits = sha256_digits(digest);
  const std::int64_t size = descriptor.number("size");
  if (!digits) {
    return unfit(what, fmt::format("expected a digest sha256:HEX, found '{}'", printable(digest)));
  }
  if (size < 0) return unfit(what, fmt::format("sha256:{} has a size below zero", *digits));
  return BlobReference{.digest = *digits, .size = static_cast<std::uint64_t>(size)};
}

EngineResult<ImageManifest> read_manifest(const TypedAnswer& document) {
  constexpr std::string_view what = "the image's manifest";
  const auto config = document.object("config");
  if (!config) return unfit(what, "it names no configuration");
  if (const std::string type = config->text("mediaType"); !type.empty() && !is_one_of(config_types, type)) {
    return unfit(what,
                 fmt::format("it is not of a container image: its configuration is of type '{}'", printable(type)));
  }
  ImageManifest manifest;
  auto reference = read_reference(*config, what);
  if (!reference) return std::unexpected(reference.error());
  manifest.config = std::move(*reference);
  for (const TypedAnswer& layer : document.objects("layers")) {
    if (const std::string type = layer.text("mediaType"); !is_one_of(layer_types, type)) {
      return unfit(what, fmt::format("a layer is of type '{}', which cannot be unpacked", printable(type)));
    }
    auto packed = read_reference(layer, what);
    if (!packed) return std::unexpected(packed.error());
    manifest.layers.push_back(std::move(*packed));
  }
  if (manifest.layers.size() > most_layers) return unfit(what, fmt::format("it has more than {} layers", most_layers));
  return manifest;
}

EngineResult<std::vector<IndexEntry>> read_index(const TypedAnswer& document) {
  constexpr std::string_view what = "the image's index";
  std::vector<IndexEntry> index;
  for (const TypedAnswer& descriptor : document.objects("manifests")) {
    IndexEntry entry;
    const std::string type = descriptor.text("mediaType");
    entry.is_index = is_one_of(index_types, type);
    if (!entry.is_index && !is_one_of(manifest_types, type)) continue;
    auto reference = read_reference(descriptor, what);
    if (!reference) return std::unexpected(reference.error());
    entry.manifest = std::move(*reference);
    if (const auto platform = descriptor.object("platform")) {
      entry.platform = OciPlatform{.os = platform->text("os"),
                                   .architecture = platform->text("architecture"),
                                   .variant = platform->text("variant")};
      // BuildKit's attestations stand among the images.
      if (entry.platform->os == "unknown") continue;
    }
    if (const auto annotations = descriptor.object("annotations")) {
      entry.image_name = annotations->text("io.containerd.image.name");
      entry.ref_name = annotations->text("org.opencontainers.image.ref.name");
    }
    index.push_back(std::move(entry));
  }
  return index;
}

}  // namespace

EngineResult<ManifestDocument> parse_manifest(std::string_view text) {
  constexpr std::string_view what = "the image's manifest";
  const auto value = parse_document(text, what, most_manifest_bytes);
  if (!value) return std::unexpected(value.error());
  if (!value->is_object()) return unfit(what, "it is not a JSON object");
  const json::object& object = value->get_object();
  AnswerFault fault;
  const TypedAnswer document(object, "", fault);
  const std::string type = document.text("mediaType");
  // A document that is both is read differently by different readers (CVE-2021-41190).
  const bool is_index = object.contains("manifests");
  const bool is_image = object.contains("layers") || object.contains("config");
  if (is_index == is_image || (is_index && !type.empty() && !is_one_of(index_types, type)) ||
      (is_image && !type.empty() && !is_one_of(manifest_types, type)) || document.number("schemaVersion") != 2) {
    return unfit(what,
                 fmt::format("expected a manifest or an index of schema version 2, found type '{}'", printable(type)));
  }
  ManifestDocument out;
  out.media_type = type.empty() ? (is_index ? index_types[0] : manifest_types[0]) : type;
  if (is_index) {
    auto index = read_index(document);
    if (!fault && !index) return std::unexpected(index.error());
    if (index) out.index = std::move(*index);
  } else {
    auto image = read_manifest(document);
    if (!fault && !image) return std::unexpected(image.error());
    if (image) out.image = std::move(*image);
  }
  if (fault) return unfit(what, *fault);
  return out;
}

EngineResult<ImageConfig> parse_image_config(std::string_view text) {
  constexpr std::string_view what = "the image's configuration";
  const auto value = parse_document(text, what, most_config_bytes);
  if (!value) return std::unexpected(value.error());
  if (!value->is_object()) return unfit(what, "it is not a JSON object");
  AnswerFault fault;
  const TypedAnswer document(value->get_object(), "", fault);
  ImageConfig out;
  out.platform = {
      .os = document.text("os"), .architecture = document.text("architecture"), .variant = document.text("variant")};
  out.info.os = out.platform.os;
  out.info.architecture = out.platform.architecture;
  const auto rootfs = document.object("rootfs");
  if (!rootfs || rootfs->text("type") != "layers") return unfit(what, fault.value_or("rootfs is not made of layers"));
  for (const std::string& diff_id : rootfs->texts("diff_ids")) {
    const auto digits = sha256_digits(diff_id);
    if (!digits) return unfit(what, fmt::format("expected a diff id sha256:HEX, found '{}'", printable(diff_id)));
    out.diff_ids.push_back(*digits);
  }
  if (const auto config = document.object("config")) {
    out.info.user = config->text("User");
    out.info.labels = config->pairs("Labels");
    out.info.entrypoint = config->texts("Entrypoint");
    out.info.command = config->texts("Cmd");
    out.info.env = config->texts("Env");
    out.info.working_dir = config->text("WorkingDir");
    out.info.volumes = config->names("Volumes");
    out.exposed_ports = config->names("ExposedPorts");
    out.stop_signal = config->text("StopSignal");
    const auto healthcheck = config->object("Healthcheck");
    const auto test = healthcheck ? healthcheck->texts("Test") : std::vector<std::string>();
    out.has_healthcheck = !test.empty() && test.front() != "NONE";
  }
  if (fault) return unfit(what, *fault);
  return out;
}

EngineResult<std::vector<SavedImage>> parse_saved_images(std::string_view text) {
  constexpr std::string_view what = "the archive's manifest.json";
  const auto value = parse_document(text, what, most_manifest_bytes);
  if (!value) return std::unexpected(value.error());
  if (!value->is_array()) return unfit(what, "it is not a list");
  std::vector<SavedImage> images;
  AnswerFault fault;
  for (const json::value& entry : value->get_array()) {
    if (!entry.is_object()) return unfit(what, "an entry is not an object");
    const TypedAnswer image(entry.get_object(), "", fault);
    images.push_back(
        {.config = image.text("Config"), .layers = image.texts("Layers"), .names = image.texts("RepoTags")});
    if (fault) return unfit(what, *fault);
    if (images.back().config.empty()) return unfit(what, "an image names no configuration");
    if (images.back().layers.size() > most_layers) {
      return unfit(what, fmt::format("an image has more than {} layers", most_layers));
    }
  }
  return images;
}

std::string write_manifest(const BlobReference& config, const std::vector<BlobReference>& layers,
                           const std::vector<bool>& gzip) {
  const auto descriptor = [](std::string_view type, const BlobReference& reference) {
    return json::object{{"mediaType", type}, {"digest", "sha256:" + reference.digest}, {"size", reference.size}};
  };
  json::array packed;
  for (std::size_t at = 0; at < layers.size(); ++at) {
    packed.emplace_back(descriptor(gzip[at] ? layer_types[1] : layer_types[0], layers[at]));
  }
  return json::serialize(json::object{{"schemaVersion", 2},
                                      {"mediaType", manifest_types[0]},
                                      {"config", descriptor(config_types[0], config)},
                                      {"layers", std::move(packed)}});
}

std::string write_config(const std::string& diff_id, const std::vector<std::pair<std::string, std::string>>& labels) {
  json::object named;
  for (const auto& [key, value] : labels) named[key] = value;
  const OciPlatform platform = machine_platform();
  json::object config{{"architecture", platform.architecture}, {"os", platform.os}};
  if (!platform.variant.empty()) config["variant"] = platform.variant;
  config["config"] = json::object{{"Labels", std::move(named)}};
  config["rootfs"] = json::object{{"type", "layers"}, {"diff_ids", list_of(json::value("sha256:" + diff_id))}};
  config["history"] = list_of(json::object{{"created_by", "skillrun: imported"}});
  return json::serialize(config);
}

}  // namespace skillrun::inline v0
