// How it is watched, logged and attached.
#include "engine/native/bundle/bundle_rows.hpp"

namespace skillrun::inline v0 {

namespace {

using Spec = ContainerSpec;

void healthcheck_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (spec.healthcheck && !spec.healthcheck->value.disabled) {
    gaps.differs(spec.healthcheck->origin, "nothing asks a skill whether it is well; use docker");
  }
}

void restart_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (spec.restart_policy && spec.restart_policy->value.name != "no") {
    gaps.differs(spec.restart_policy->origin, "nothing starts a skill again; use docker");
  }
}

void log_driver_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (spec.log_driver && spec.log_driver->value != "none") {
    gaps.differs(spec.log_driver->origin, "the native engine keeps no logs; use docker");
  }
}

void removal_gaps(const Spec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
  if (!spec.removes_container()) {
    gaps.differs(spec.rm->origin, "nothing is left of a container of the native engine once it has ended; use docker");
  }
}

void write_terminal(const Spec& /*spec*/, ConfigWriter& config) {
  const BundleContext& context = config.context();
  if (!context.tty) return;
  config.process()["terminal"] = true;
  if (const auto& size = context.terminal_size; size && size->rows > 0 && size->columns > 0) {
    config.process()["consoleSize"] = json::object{{"height", size->rows}, {"width", size->columns}};
  }
}

constexpr BundleRow lifecycle_rows[] = {
    {.setting = "healthcheck", .gaps = healthcheck_gaps, .elsewhere = "a check that is switched off is none"},
    {.setting = "restart_policy", .gaps = restart_gaps, .elsewhere = "what never starts again needs no policy"},
    {.setting = "log_driver", .gaps = log_driver_gaps, .elsewhere = "no log is what there is"},
    never<&Spec::log_options>("log_options"),
    outside("detach", "skillrun passes on the output of every skill"),
    {.setting = "rm", .gaps = removal_gaps, .elsewhere = "the engine removes it"},
    outside("pull", "it is about the image"),
    outside("quiet", "it is about the image"),
    outside("timeout", "skillrun's own clock"),
    outside("stdin", "the engine attaches the streams"),
    {.setting = "tty", .write = write_terminal},
};

}  // namespace

std::span<const BundleRow> lifecycle_bundle_rows() { return lifecycle_rows; }

}  // namespace skillrun::inline v0
