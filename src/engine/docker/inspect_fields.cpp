#include "engine/docker/inspect_fields.hpp"

#include "engine/docker/json_fields.hpp"

namespace skillrun::inline v0 {

std::vector<std::string> texts_at(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const json::array* list = array_at(object, key);
  if (list == nullptr) return out;
  for (const json::value& entry : *list) {
    if (entry.is_string()) out.emplace_back(std::string_view(entry.get_string()));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> pairs_at(const json::object& object, std::string_view key) {
  std::vector<std::pair<std::string, std::string>> out;
  const json::object* members = object_at(object, key);
  if (members == nullptr) return out;
  for (const auto& member : *members) {
    if (member.value().is_string()) {
      out.emplace_back(member.key(), std::string_view(member.value().get_string()));
    }
  }
  return out;
}

std::string image_id_of(std::string_view id) {
  if (id.empty() || id.contains(':')) return std::string(id);
  return "sha256:" + std::string(id);
}

std::optional<ImageInfo> read_image(const json::object& image) {
  ImageInfo out;
  out.id = image_id_of(text_at(image, "Id"));
  if (out.id.empty()) return std::nullopt;
  out.os = text_at(image, "Os");
  out.architecture = text_at(image, "Architecture");
  out.repo_digests = texts_at(image, "RepoDigests");
  const json::object* config = object_at(image, "Config");
  if (config == nullptr) return out;
  out.user = text_at(*config, "User");
  out.labels = pairs_at(*config, "Labels");
  out.entrypoint = texts_at(*config, "Entrypoint");
  out.command = texts_at(*config, "Cmd");
  out.env = texts_at(*config, "Env");
  out.working_dir = text_at(*config, "WorkingDir");
  if (const json::object* volumes = object_at(*config, "Volumes")) {
    for (const auto& volume : *volumes) out.volumes.emplace_back(volume.key());
  }
  return out;
}

VolumeInfo read_volume(const json::object& volume) {
  return {.driver = std::string(text_at(volume, "Driver")),
          .options = pairs_at(volume, "Options"),
          .labels = pairs_at(volume, "Labels")};
}

}  // namespace skillrun::inline v0
