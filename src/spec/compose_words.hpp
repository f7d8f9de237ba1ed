#pragma once

#include <string>
#include <string_view>

namespace skillrun::inline v0 {

/// What is said of a skill, in the words of a Compose file: a key of the manifest with its value (`memory = "512m"`) as
/// Compose's (`mem_limit: "512m"`), a key that is no word of English (`memory_swap`) by Compose's name, "the skill" as
/// "the service", and without the offer to grant what no run of skillrun will ask for. The names are those of the table
/// of settings.
[[nodiscard]] std::string in_compose_words(std::string_view text);

}  // namespace skillrun::inline v0
