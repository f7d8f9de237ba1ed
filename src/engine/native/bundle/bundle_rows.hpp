#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <skillrun/engine.hpp>

#include "engine/gap_sink.hpp"
#include "engine/native/bundle/config_writer.hpp"
#include "engine/native/bundle/native_gaps.hpp"
#include "engine/native/bundle/spec_facts.hpp"
#include "spec/setting_json.hpp"

namespace skillrun::inline v0 {

/// One setting of ContainerSpec as the native engine honours it: the one place that says what becomes of it in a
/// config.json and what this machine may lack for it. Every setting has a row, so that nothing declared is lost.
struct BundleRow {
  std::string_view setting;  ///< the member's name in the table of settings (spec/schema.hpp)
  /// Writes it, and what docker gives a container that does not set it.
  void (*write)(const ContainerSpec& spec, ConfigWriter& config) = nullptr;
  /// Says what of it cannot be honoured.
  void (*gaps)(const ContainerSpec& spec, const NativeAbilities& can, GapSink& gaps) = nullptr;
  std::string_view elsewhere = {};  ///< why no config.json says it; empty: one does, or every value is a gap
};

/// Every setting, in the order of the table of settings.
[[nodiscard]] std::span<const BundleRow> bundle_rows();

// The rows by subject.
[[nodiscard]] std::span<const BundleRow> process_bundle_rows();
[[nodiscard]] std::span<const BundleRow> lifecycle_bundle_rows();
[[nodiscard]] std::span<const BundleRow> isolation_bundle_rows();
[[nodiscard]] std::span<const BundleRow> capability_bundle_rows();
[[nodiscard]] std::span<const BundleRow> device_bundle_rows();
[[nodiscard]] std::span<const BundleRow> namespace_bundle_rows();
[[nodiscard]] std::span<const BundleRow> mount_bundle_rows();
[[nodiscard]] std::span<const BundleRow> network_bundle_rows();
[[nodiscard]] std::span<const BundleRow> resource_bundle_rows();
[[nodiscard]] std::span<const BundleRow> limit_bundle_rows();

/// True for a limit that bounds something: 0 and -1 are unlimited.
[[nodiscard]] inline bool bounds(const OptionalSetting<std::int64_t>& setting) { return setting && setting->value > 0; }

/// The words of a gap for a limit that nothing would enforce.
inline constexpr std::string_view no_controller =
    "this machine has no control group for it that this process may use; use docker or podman";

/// The words of a gap for what other engines do.
inline constexpr std::string_view use_another_engine = "the native engine does not have it; use docker or podman";

/// A setting that this engine never honours: every value of it is a gap.
template <auto pointer>
constexpr BundleRow never(std::string_view setting) {
  return {.setting = setting, .gaps = [](const ContainerSpec& spec, const NativeAbilities& /*can*/, GapSink& gaps) {
            const auto& values = spec.*pointer;
            if constexpr (requires { values.begin(); }) {
              for (const auto& entry : values) gaps.differs(entry.origin, std::string(use_another_engine));
            } else {
              if (values) gaps.differs(values->origin, std::string(use_another_engine));
            }
          }};
}

/// A setting that no config.json says, and why.
constexpr BundleRow outside(std::string_view setting, std::string_view why) {
  return {.setting = setting, .elsewhere = why};
}

}  // namespace skillrun::inline v0
