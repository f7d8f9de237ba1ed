// How much it may use.
#include "run/comparison.hpp"

namespace skillrun::inline v0 {

namespace {

/// -1 leaves it to the system.
void compare_swappiness(Comparison& c) {
  const auto& approved = c.spec.memory_swappiness;
  const auto& made = c.made.memory_swappiness;
  if (!approved || approved->value < 0 || (made && made->value == approved->value)) return;
  c.unenforced(approved->origin, std::to_string(approved->value), made ? std::to_string(made->value) : "the system's");
}

/// What the kernel ends later than other processes must have been approved; what it ends sooner harms nobody.
void compare_oom(Comparison& c) {
  const auto& approved = c.spec.oom_score_adj;
  const std::int64_t made = c.made.oom_score_adj ? c.made.oom_score_adj->value : 0;
  if (approved ? made == approved->value : made >= 0) return;
  c.differ(approved ? approved->origin : Origin{}, std::to_string(approved ? approved->value : 0),
           std::to_string(made));
}

/// Limits of other names come from the engine's configuration.
template <class T>
void compare_by_name(Comparison& c, const SettingList<T>& approved, const SettingList<T>& made, std::string T::* name,
                     std::string (*text_of)(const T&)) {
  for (const auto& wanted : approved) {
    const auto found =
        std::ranges::find(made, wanted.value.*name, [&](const auto& entry) { return entry.value.*name; });
    if (found == made.end()) {
      c.unenforced(wanted.origin, text_of(wanted.value), "none");
    } else if (text_of(found->value) != text_of(wanted.value)) {
      c.differ(wanted.origin, text_of(wanted.value), text_of(found->value));
    }
  }
}

std::string limit_text(const Ulimit& limit) { return fmt::format("{}={}:{}", limit.name, limit.soft, limit.hard); }
std::string rate_text(const DeviceRate& rate) { return fmt::format("{}:{}", rate.path, rate.rate); }

void compare_ulimits(Comparison& c) { compare_by_name(c, c.spec.ulimits, c.made.ulimits, &Ulimit::name, limit_text); }

template <SettingList<DeviceRate> ContainerSpec::* list>
void compare_rates(Comparison& c) {
  compare_by_name(c, c.spec.*list, c.made.*list, &DeviceRate::path, rate_text);
}

constexpr PartsComparison limit_rows[] = {
    {"memory_swappiness", compare_swappiness},
    {"oom_score_adj", compare_oom},
    {"ulimits", compare_ulimits},
    {"blkio_weight_devices", compare_rates<&ContainerSpec::blkio_weight_devices>},
    {"device_read_bps", compare_rates<&ContainerSpec::device_read_bps>},
    {"device_read_iops", compare_rates<&ContainerSpec::device_read_iops>},
    {"device_write_bps", compare_rates<&ContainerSpec::device_write_bps>},
    {"device_write_iops", compare_rates<&ContainerSpec::device_write_iops>},
};

}  // namespace

std::span<const PartsComparison> limit_comparisons() { return limit_rows; }

}  // namespace skillrun::inline v0
