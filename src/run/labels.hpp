#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/run.hpp>

namespace skillrun::inline v0 {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// The label that every container of a run has: the id of its record (see run_record.hpp).
inline constexpr std::string_view run_label = "skillrun.run";
inline constexpr std::string_view skill_label = "skillrun.skill";

/// The labels of the container of a run. Each label that skillrun knows is among them, so that none of an image counts.
/// They are for finding it and for people; nothing is decided by what they say.
[[nodiscard]] RunLabels labels_of_run(const ContainerSpec& spec, const Labels& added, const std::string& run);

/// The value of a label; empty when there is none.
[[nodiscard]] std::string label_of(const Labels& labels, std::string_view name);

/// What is wrong with an image's labels, as the rest of a sentence about the image: one that is skillrun's to set. The
/// image of a recipe has that recipe's label; for any other image `recipe` is empty.
[[nodiscard]] std::optional<std::string> find_reserved_label(const Labels& labels, const std::string& recipe);

}  // namespace skillrun::inline v0
