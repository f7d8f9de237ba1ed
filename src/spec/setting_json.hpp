#pragma once

#include <skillrun/spec.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

// The values of settings as explain and results show them: composite ones as objects whose keys are those of a
// manifest.

[[nodiscard]] json::value to_json(const std::string& value);
[[nodiscard]] json::value to_json(bool value);
[[nodiscard]] json::value to_json(std::int64_t value);
[[nodiscard]] json::value to_json(std::chrono::seconds value);
[[nodiscard]] json::value to_json(std::chrono::nanoseconds value);  ///< "1.5s"
[[nodiscard]] json::value to_json(const ImageReference& image);
[[nodiscard]] json::value to_json(const UserSpec& user);
[[nodiscard]] json::value to_json(const NetworkMode& network);
[[nodiscard]] json::value to_json(const KeyValue& entry);
[[nodiscard]] json::value to_json(const ExtraHost& host);
[[nodiscard]] json::value to_json(const NamespaceSetting& setting);
[[nodiscard]] json::value to_json(const Link& link);
[[nodiscard]] json::value to_json(const DeviceRate& rate);
[[nodiscard]] json::value to_json(const RestartPolicy& policy);
[[nodiscard]] json::value to_json(const GpuRequest& gpus);
[[nodiscard]] json::value to_json(const Healthcheck& check);
[[nodiscard]] json::value to_json(const EnvironmentEntry& entry);  ///< without the value of a caller's variable
[[nodiscard]] json::value to_json(PullPolicy pull);
[[nodiscard]] json::value to_json(TtyMode mode);
[[nodiscard]] json::value to_json(const BuildRecipe& recipe);
[[nodiscard]] json::value to_json(const PortMapping& port);
[[nodiscard]] json::value to_json(const Ulimit& limit);
[[nodiscard]] json::value to_json(const Device& device);
[[nodiscard]] json::value to_json(const Mount& mount);

}  // namespace skillrun::inline v0
