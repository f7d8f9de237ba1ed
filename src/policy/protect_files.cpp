#include "policy/protect_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/places/paths.hpp"
#include "policy/policy_data.hpp"
#include "policy/rules/support/protected_files.hpp"
#include "policy/rules/support/protected_places.hpp"
#include "support/path_within.hpp"

namespace skillrun::inline v0 {

namespace {

/// True when another declared mount lies over the place: that one is judged for itself.
bool is_covered(const ContainerSpec& spec, const std::string& mounted_at, const std::string& target) {
  return std::ranges::any_of(spec.mounts, [&](const Setting<Mount>& other) {
    return other.value.target != mounted_at && is_within(other.value.target, mounted_at) &&
           is_within(target, other.value.target);
  });
}

}  // namespace

void add_deciding(ContainerSpec& spec, const Policy& policy) {
  const auto add = [&](std::string path) {
    if (std::ranges::find(spec.deciding, path) == spec.deciding.end()) spec.deciding.push_back(std::move(path));
  };
  const auto add_source = [&](const SourcePtr& source) {
    if (source && !source->directory.empty()) {
      add(fmt::format("{}/{}", source->directory, last_component(source->name)));
    }
  };
  add_source(spec.source);
  for (const SourcePtr& document : data_of(policy).documents) add_source(document);
  if (!spec.build || !spec.build->value.context) return;
  const ContextRecipe& recipe = *spec.build->value.context;
  add(recipe.context + "/");
  add(fmt::format("{}/{}", recipe.context, recipe.dockerfile));
  add(recipe.context + "/.dockerignore");
}

void protect_files(ContainerSpec& spec, const Policy& policy, const HostView& host) {
  const auto& active = data_of(policy).active;
  const auto rule = std::ranges::find(active, protected_file_rule, [](const ActiveRule& r) { return r.info->id; });
  if (rule == active.end() || rule->severity < Severity::warning || !host.reads_file_system()) return;
  const std::vector<std::string> names = protected_files(*rule->params);
  SettingList<Mount> added;
  for (const Setting<Mount>& mount : spec.mounts) {
    const Mount& declared = mount.value;
    if (declared.type != MountType::bind || declared.read_only) continue;
    for (const ProtectedPlace& place : protected_places(declared.source, names, spec, host)) {
      const std::string_view below = without_slash(place.name);
      Mount mask;
      mask.source = fmt::format("{}/{}", declared.source, below);
      mask.target = fmt::format("{}/{}", declared.target == "/" ? "" : declared.target, below);
      mask.read_only = place.kind != ProtectedPlace::Kind::parent;
      if (!place.can_be_kept() || is_covered(spec, declared.target, mask.target)) continue;
      added.push_back(
          {std::move(mask),
           Origin{.kind = OriginKind::policy_default, .field = policy.name(), .span = {}, .text = place.name}});
    }
  }
  std::ranges::move(added, std::back_inserter(spec.mounts));
}

}  // namespace skillrun::inline v0
