#include "run/image_reach.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "spec/reserved.hpp"

namespace skillrun {

void blank_labels(RunLabels& labels, const ImageInfo& image, const ApprovedSpec& approved, const HostView& host) {
  std::set<std::string_view> set;
  for (const auto& label : approved.spec().labels) set.insert(label.value.key);
  std::vector<std::pair<std::string, std::string>> blanked;
  for (const auto& [key, value] : image.labels) {
    const bool ours = is_reserved_label(key);  // judged before: only an image that skillrun made has any
    if (ours || value.empty() || set.contains(key) || approved.admits_label(key, value, host)) continue;
    blanked.emplace_back(key, "");
  }
  // Before those of the run, which count where two have one name.
  labels.entries.insert(labels.entries.begin(), blanked.begin(), blanked.end());
}

std::vector<std::pair<std::string, std::string>> defused_environment(const ImageInfo& image,
                                                                     const ContainerSpec& spec) {
  // Where nvidia's runtime is the engine's default, this variable alone hands out the cards, and most images that are
  // made for them have it.
  constexpr std::string_view cards = "NVIDIA_VISIBLE_DEVICES";
  const auto names_cards = [&](const std::string& text) { return text.substr(0, text.find('=')) == cards; };
  const auto sets_cards = [&](const Setting<EnvironmentEntry>& entry) { return entry.value.name == cards; };
  if (spec.gpus || !spec.cdi_devices.empty() || std::ranges::none_of(image.env, names_cards) ||
      std::ranges::any_of(spec.env, sets_cards)) {
    return {};
  }
  return {{std::string(cards), "void"}};
}

}  // namespace skillrun
