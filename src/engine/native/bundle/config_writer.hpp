#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/engine.hpp>

#include "engine/native/bundle/bundle_context.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// A config.json while its rows are written. References to parts are good until the next part is asked for.
class ConfigWriter {
 public:
  explicit ConfigWriter(const BundleContext& context);

  [[nodiscard]] const BundleContext& context() const { return context_; }

  [[nodiscard]] json::object& top() { return config_; }
  [[nodiscard]] json::object& process() { return part(config_, "process"); }
  [[nodiscard]] json::object& linux_part() { return part(config_, "linux"); }
  /// `linux.resources.NAME`.
  [[nodiscard]] json::object& resource(std::string_view name) { return part(part(linux_part(), "resources"), name); }
  /// `linux.resources.devices`: each rule applies after those before it.
  [[nodiscard]] json::array& device_rules() { return list(part(linux_part(), "resources"), "devices"); }

  /// Adds to a list of `linux`, such as namespaces.
  void add_to(std::string_view list_name, json::value entry) {
    list(linux_part(), list_name).push_back(std::move(entry));
  }
  void add_namespace(std::string_view type) { add_to("namespaces", json::object{{"type", type}}); }
  void set_sysctl(std::string_view name, std::string_view value) { part(linux_part(), "sysctl")[name] = value; }
  /// Mounts are written in the end, those nearer to the root first.
  void add_mount(json::object mount) { mounts_.push_back(std::move(mount)); }

  /// The first refusal is what oci_config() answers.
  void refuse(std::string message) { fail({EngineError::Kind::refused, std::move(message)}); }
  void fail(EngineError error) {
    if (!error_) error_ = std::move(error);
  }

  /// The config, or why there is none. The writer is empty afterwards.
  [[nodiscard]] EngineResult<json::object> finish();

 private:
  static json::object& part(json::object& of, std::string_view name);
  static json::array& list(json::object& of, std::string_view name);

  const BundleContext& context_;
  json::object config_;
  std::vector<json::object> mounts_;
  std::optional<EngineError> error_;
};

}  // namespace skillrun::inline v0
