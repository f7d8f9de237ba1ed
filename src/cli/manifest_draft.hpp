#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/manifest.hpp>

#include "support/json.hpp"

namespace skillrun::cli {

/// A skill to be written down.
struct ManifestDraft {
  std::string skill;
  std::string description;
  /// Keys of the docker table with strings, booleans or lists of strings, in the order of writing.
  std::vector<std::pair<std::string, json::value>> docker;
  std::vector<std::string> remarks;  ///< comments above the skill

  /// Sets a key, which is written once whatever was set before; of a list adds an entry.
  void set(std::string_view key, json::value value);
  void add(std::string_view key, const std::string& value);
  [[nodiscard]] bool has(std::string_view key) const;
};

/// The manifest's text.
[[nodiscard]] std::string write_manifest(const ManifestDraft& draft, ManifestFormat format);

/// Turns a line `docker run ...` (or `docker container run`, `podman run`, with or without sudo) into a skill. What has
/// a key of its own gets it, every other flag goes to extra_args; --rm, -i and -t, which skillrun does by itself, are
/// left out. `name` is the skill's, empty: the container's or the image's. The error says what to do.
[[nodiscard]] std::expected<ManifestDraft, std::string> draft_from_run(std::string_view line, std::string name);

/// A skill for an image, with the limits that the built-in policies ask for.
[[nodiscard]] ManifestDraft draft_for_image(std::string name, const std::string& image);

/// The name that a skill of this image gets: the last part of the repository's name.
[[nodiscard]] std::string name_from_image(std::string_view image);

}  // namespace skillrun::cli
