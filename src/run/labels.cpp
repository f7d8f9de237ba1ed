#include "run/labels.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "run/recipe.hpp"
#include "spec/reserved.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

RunLabels labels_of_run(const ContainerSpec& spec, const Labels& added, const std::string& run) {
  RunLabels labels;
  auto& entries = labels.entries;
  // Of two of one name the later one counts.
  entries.insert(entries.end(), added.begin(), added.end());
  entries.emplace_back(skill_label, spec.skill);
  entries.emplace_back("skillrun.instance", spec.instance.value_or(""));
  entries.emplace_back(run_label, run);
  entries.emplace_back("skillrun.keep", spec.removes_container() ? "false" : "true");
  entries.emplace_back("skillrun.version", version);
  return labels;
}

std::string label_of(const Labels& labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name, &Labels::value_type::first);
  return found == labels.end() ? std::string() : found->second;
}

std::optional<std::string> find_reserved_label(const Labels& labels, const std::string& recipe) {
  bool own = recipe.empty();
  for (const auto& [key, value] : labels) {
    if (!is_reserved_label(key)) continue;
    if (key == recipe_label && !recipe.empty() && value == recipe) {
      own = true;
    } else if (key == recipe_label && recipe.empty()) {
      return std::string(
          "was built by skillrun for another skill, or claims to be: it is used for its own recipe only; give this "
          "skill a recipe, or name an image from a registry");
    } else {
      return fmt::format(
          "has the label '{}', which is reserved for skillrun: take the LABEL out of the Dockerfile that it or its "
          "base "
          "image was made from, or use another image",
          printable(key));
    }
  }
  if (own) return std::nullopt;
  return std::string("has the name of an image that skillrun built, but is not one: remove it from the engine");
}

}  // namespace skillrun::inline v0
