#include <algorithm>

#include <skillrun/policy.hpp>

#include "policy/policy_data.hpp"

namespace skillrun {

namespace {

/// Fills gaps; what fills one names the policy that set the default.
class GapFiller {
 public:
  explicit GapFiller(const DefaultSettings& defaults) : defaults_(defaults) {}

  template <class T, class U>
  void fill(DefaultKey key, Optional<T>& setting, const std::optional<U>& value, std::string text) const {
    if (!setting && value) setting = made(key, T(*value), std::move(text));
  }

  template <class T>
  [[nodiscard]] Setting<T> made(DefaultKey key, T value, std::string text) const {
    const auto& origin = defaults_.origin(key);
    return {std::move(value), Origin{.kind = OriginKind::policy_default,
                                     .field = origin ? origin->policy : std::string(),
                                     .span = {},
                                     .text = std::move(text)}};
  }

 private:
  const DefaultSettings& defaults_;
};

std::string text_of(const std::optional<bool>& value) { return value.value_or(false) ? "true" : "false"; }

/// What a manifest drops does not keep what the policy drops. ALL is only for a manifest that drops nothing: one that
/// drops some means the others, and rules say so.
void add_cap_drop(ContainerSpec& spec, const GapFiller& gaps, const std::vector<std::string>& dropped) {
  const bool silent = spec.cap_drop.empty();
  for (const std::string& name : dropped) {
    const auto same = [&](const Setting<std::string>& known) { return known.value == name || known.value == "ALL"; };
    const bool known = std::ranges::any_of(spec.cap_drop, same);
    const bool added = std::ranges::any_of(spec.cap_add, same);  // a rule's to judge; engines disagree about both
    if (known || (added && name != "ALL") || (name == "ALL" && !silent)) continue;
    spec.cap_drop.push_back(gaps.made(DefaultKey::cap_drop, name, name));
  }
}

void add_tmpfs(ContainerSpec& spec, const GapFiller& gaps, const std::string& text) {
  const auto mount = parse_tmpfs(text);
  if (!mount) return;
  const auto taken = [&](const Setting<Mount>& known) { return known.value.target == mount->target; };
  if (std::ranges::none_of(spec.mounts, taken)) spec.mounts.push_back(gaps.made(DefaultKey::tmpfs, *mount, text));
}

}  // namespace

ContainerSpec with_defaults(const Policy& policy, ContainerSpec spec) {
  using enum DefaultKey;
  // The texts were parsed when the policy was read, so none of them fails here.
  const PolicyDefaults& defaults = policy.defaults();
  const GapFiller gaps(policy.data().settings.defaults);
  if (!spec.network_mode && defaults.network) {
    if (auto mode = parse_network(*defaults.network))
      spec.network_mode = gaps.made(network, std::move(*mode), *defaults.network);
  }
  // No policy leaves the choice to the engine: docker's would be its default bridge.
  if (!spec.network_mode) spec.network_mode = Setting<NetworkMode>{};
  gaps.fill(no_new_privileges, spec.no_new_privileges, defaults.no_new_privileges, text_of(defaults.no_new_privileges));
  gaps.fill(init, spec.init, defaults.init, text_of(defaults.init));
  gaps.fill(pids_limit, spec.pids_limit, defaults.pids_limit, std::to_string(defaults.pids_limit.value_or(0)));
  gaps.fill(read_only, spec.readonly_rootfs, defaults.read_only, text_of(defaults.read_only));
  if (defaults.memory_swap_equals_memory && !spec.memory_swap && spec.memory && spec.memory->value > 0) {
    spec.memory_swap = gaps.made(memory_swap_equals_memory, spec.memory->value, spec.memory->origin.text);
  }
  add_cap_drop(spec, gaps, defaults.cap_drop);
  for (const std::string& text : defaults.tmpfs) add_tmpfs(spec, gaps, text);
  if (!spec.user && defaults.user) {
    if (*defaults.user == "host") {
      // Who that is, admit() asks the host view.
      spec.user = gaps.made(user, UserSpec{.user = {}, .group = {}, .uid = {}, .gid = {}, .host = true}, "host");
    } else if (auto named = parse_user(*defaults.user)) {
      spec.user = gaps.made(user, std::move(*named), *defaults.user);
    }
  }
  return spec;
}

}  // namespace skillrun
