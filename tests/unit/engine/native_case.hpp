#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "unit/engine/native_context.hpp"

namespace skillrun::testing {

/// A spec, and the machine and image that its bundle is made for.
struct NativeCase {
  ContainerSpec spec = native_spec();
  NativeRun run;
};

inline Setting<Device> device(std::string host, std::string container, std::string permissions = "rwm") {
  return declared(Device{std::move(host), std::move(container), std::move(permissions)});
}

inline Setting<std::string> word(std::string text) { return declared(std::move(text)); }

inline const json::object& mount_at(const json::object& config, std::string_view target) {
  for (const json::value& mount : config.at("mounts").as_array()) {
    if (mount.at("destination").as_string() == target) return mount.as_object();
  }
  FAIL("nothing is mounted at ", std::string(target));
  return config;
}

inline bool mounts_at(const json::object& config, std::string_view target) {
  return std::ranges::any_of(config.at("mounts").as_array(),
                             [&](const json::value& mount) { return mount.at("destination").as_string() == target; });
}

inline json::object made(const NativeCase& wanted) {
  auto config = wanted.run.config(wanted.spec);
  REQUIRE_MESSAGE(config, (config ? "" : config.error().message));
  return std::move(*config);
}

inline std::string refusal(const NativeCase& wanted) {
  const auto config = wanted.run.config(wanted.spec);
  return config ? "" : config.error().message;
}

}  // namespace skillrun::testing
