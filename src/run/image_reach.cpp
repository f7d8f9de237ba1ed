#include "run/image_reach.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "spec/device_variables.hpp"
#include "spec/reserved.hpp"

namespace skillrun::inline v0 {

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
  std::vector<std::pair<std::string, std::string>> defused;
  if (spec.gpus || !spec.cdi_devices.empty()) return defused;
  for (const std::string& entry : image.env) {
    std::string name = entry.substr(0, entry.find('='));
    if (!hands_out_devices(name)) continue;
    const bool set = std::ranges::any_of(spec.env, [&](const auto& setting) { return setting.value.name == name; });
    const bool again = std::ranges::any_of(defused, [&](const auto& earlier) { return earlier.first == name; });
    if (!set && !again) defused.emplace_back(std::move(name), "void");
  }
  return defused;
}

}  // namespace skillrun::inline v0
