#include <algorithm>

#include <skillrun/policy.hpp>

namespace skillrun {

namespace {

class GapFiller {
 public:
  explicit GapFiller(const Policy& policy) : policy_(policy) {}

  template <class T, class U>
  void fill(Optional<T>& setting, const std::optional<U>& value, std::string text) const {
    if (!setting && value) setting = made(T(*value), std::move(text));
  }

  template <class T>
  [[nodiscard]] Setting<T> made(T value, std::string text) const {
    return {std::move(value),
            Origin{.kind = OriginKind::policy_default, .field = policy_.name(), .span = {}, .text = std::move(text)}};
  }

 private:
  const Policy& policy_;
};

std::string text_of(bool value) { return value ? "true" : "false"; }

void add_tmpfs(ContainerSpec& spec, const GapFiller& gaps, const std::string& text) {
  const auto mount = parse_tmpfs(text);
  if (!mount) return;
  const auto taken = [&](const Setting<Mount>& known) { return known.value.target == mount->target; };
  if (std::ranges::none_of(spec.mounts, taken)) spec.mounts.push_back(gaps.made(*mount, text));
}

}  // namespace

ContainerSpec with_defaults(const Policy& policy, ContainerSpec spec) {
  // The texts were parsed when the policy was read, so none of them fails here.
  const PolicyDefaults& defaults = policy.defaults();
  const GapFiller gaps(policy);
  if (!spec.network_mode && defaults.network) {
    if (auto mode = parse_network(*defaults.network))
      spec.network_mode = gaps.made(std::move(*mode), *defaults.network);
  }
  // No policy leaves the choice to the engine: docker's would be its default bridge.
  if (!spec.network_mode) spec.network_mode = Setting<NetworkMode>{};
  gaps.fill(spec.no_new_privileges, defaults.no_new_privileges, text_of(defaults.no_new_privileges.value_or(false)));
  gaps.fill(spec.init, defaults.init, text_of(defaults.init.value_or(false)));
  gaps.fill(spec.pids_limit, defaults.pids_limit, std::to_string(defaults.pids_limit.value_or(0)));
  gaps.fill(spec.readonly_rootfs, defaults.read_only, text_of(defaults.read_only.value_or(false)));
  if (defaults.memory_swap_equals_memory && !spec.memory_swap && spec.memory && spec.memory->value > 0) {
    spec.memory_swap = gaps.made(spec.memory->value, spec.memory->origin.text);
  }
  if (spec.cap_drop.empty()) {
    for (const std::string& capability : defaults.cap_drop) spec.cap_drop.push_back(gaps.made(capability, capability));
  }
  for (const std::string& text : defaults.tmpfs) add_tmpfs(spec, gaps, text);
  if (!spec.user && defaults.user) {
    if (*defaults.user == "host") {
      // Who that is, admit() asks the host view.
      spec.user = gaps.made(UserSpec{.user = {}, .group = {}, .uid = {}, .gid = {}, .host = true}, *defaults.user);
    } else if (auto user = parse_user(*defaults.user)) {
      spec.user = gaps.made(std::move(*user), *defaults.user);
    }
  }
  return spec;
}

}  // namespace skillrun
