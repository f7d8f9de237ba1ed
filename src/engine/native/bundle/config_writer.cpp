#include "engine/native/bundle/config_writer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "support/strict_json.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// The place of a text that a runtime would cut short or could not read: with a NUL, or not UTF-8.
std::optional<std::string> find_unusable_text(const json::value& value, const std::string& pointer) {
  const auto unusable = [](std::string_view text) { return text.contains('\0') || find_invalid_utf8(text); };
  if (const auto* const text = value.if_string()) {
    if (unusable(*text)) return pointer;
  } else if (const auto* const array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (auto found = find_unusable_text((*array)[i], pointer_below(pointer, std::to_string(i)))) return found;
    }
  } else if (const auto* const object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      std::string below = pointer_below(pointer, name);
      if (unusable(name)) return below;
      if (auto found = find_unusable_text(member, below)) return found;
    }
  }
  return std::nullopt;
}

auto depth_of(const json::object& mount) { return std::ranges::count(mount.at("destination").as_string(), '/'); }

}  // namespace

ConfigWriter::ConfigWriter(const BundleContext& context) : context_(context) {
  config_["ociVersion"] = "1.0.2";
  config_["root"] = json::object{{"path", context.rootfs}};
  add_namespace("mount");
}

json::object& ConfigWriter::part(json::object& of, std::string_view name) {
  json::value& value = of[name];
  if (!value.is_object()) value = json::object();
  return value.as_object();
}

json::array& ConfigWriter::list(json::object& of, std::string_view name) {
  json::value& value = of[name];
  if (!value.is_array()) value = json::array();
  return value.as_array();
}

EngineResult<json::object> ConfigWriter::finish() {
  if (error_) return std::unexpected(std::move(*error_));
  std::ranges::stable_sort(mounts_, {}, depth_of);
  json::array mounts;
  for (json::object& mount : mounts_) mounts.emplace_back(std::move(mount));
  config_["mounts"] = std::move(mounts);
  json::value config = std::move(config_);
  if (const auto place = find_unusable_text(config, "")) {
    return std::unexpected(EngineError{
        EngineError::Kind::refused,
        fmt::format("the container's configuration holds bytes that are not text at {}", printable(*place))});
  }
  return std::move(config.as_object());
}

}  // namespace skillrun::inline v0
