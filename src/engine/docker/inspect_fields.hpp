#pragma once

#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

// Parts of inspect answers, which the API and the clients of docker and podman give alike.

/// The texts of a list; what is not text is left out. A list that is absent or null is empty.
[[nodiscard]] std::vector<std::string> texts_at(const json::object& object, std::string_view key);

/// The members of an object whose values are texts.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs_at(const json::object& object,
                                                                        std::string_view key);

/// "sha256:..." of an id that docker writes like that and podman without the algorithm; empty stays empty.
[[nodiscard]] std::string image_id_of(std::string_view id);

/// An image; nothing when the object has no id.
[[nodiscard]] std::optional<ImageInfo> read_image(const json::object& image);

[[nodiscard]] VolumeInfo read_volume(const json::object& volume);

}  // namespace skillrun::inline v0
