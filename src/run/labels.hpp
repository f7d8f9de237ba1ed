#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/run.hpp>

#include "support/process_owner.hpp"

namespace skillrun {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// The label that every container of a run has, and no other.
inline constexpr std::string_view run_label = "skillrun.run";
inline constexpr std::string_view skill_label = "skillrun.skill";

/// The labels of one run: what it is, which process it belongs to, and whether its container is meant to stay.
[[nodiscard]] RunLabels labels_of_run(const ContainerSpec& spec, const RunOptions& options);

/// The value of a label; empty when there is none.
[[nodiscard]] std::string label_of(const Labels& labels, std::string_view name);

/// The process that a container belongs to; its words are empty where labels are missing.
[[nodiscard]] ProcessOwner owner_of(const Labels& labels);

/// Whether the container was meant to stay after its run.
[[nodiscard]] bool is_kept(const Labels& labels);

}  // namespace skillrun
