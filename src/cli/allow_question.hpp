#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/spec.hpp>

#include "app/grant_record.hpp"

namespace skillrun::cli {

/// What a skill asks for, and where its manifest does so.
struct PlacedAsk {
  Ask ask;
  std::string place;  ///< "skills.toml:12"; empty: nowhere
};

/// The asks that nobody has granted, each once, with the wider of two that say the same.
[[nodiscard]] std::vector<PlacedAsk> open_asks(const Findings& findings, bool closed);

/// A line for each ask, in words. With `before` (what was granted to an earlier version of the manifest) each says
/// whether it is new, and those that are gone are listed too.
[[nodiscard]] std::string describe_asks(const std::vector<PlacedAsk>& asks,
                                        const std::optional<std::vector<Ask>>& before = {});

/// What the asks come to together: that what the skill can read it can also send away. Empty where it cannot.
[[nodiscard]] std::string describe_reach(const ContainerSpec& spec, const Findings& findings);

}  // namespace skillrun::cli
