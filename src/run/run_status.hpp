#pragma once

#include <array>
#include <string_view>

#include <skillrun/run.hpp>

namespace skillrun::inline v0 {

/// The words of the result document, in the order of RunStatus.
inline constexpr std::array<std::string_view, 11> run_status_words{
    "exited",        "signalled",         "timed-out",          "out-of-memory", "refused",  "invalid-manifest",
    "no-such-skill", "image-unavailable", "engine-unavailable", "engine-error",  "cancelled"};
static_assert(static_cast<std::size_t>(RunStatus::cancelled) + 1 == run_status_words.size());

}  // namespace skillrun::inline v0
