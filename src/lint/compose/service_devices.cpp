// The devices of the host that a service gets: its own, those of GPUs, and those of CDI.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <skillrun/parsing.hpp>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/scan.hpp"
#include "spec/settings.hpp"

namespace skillrun::inline v0 {

namespace {

/// For a number that nobody knows: as many as there can be, which are not all for that.
constexpr std::string_view any_number = "count=2147483647";

/// Without a count they are all; of CDI's, without names, the engine's own choice.
std::string gpu_count(std::string_view count, std::string_view driver) {
  if (count.empty()) return driver == "cdi" ? "count=1" : "count=all";
  if (count == "all" || count == "-1") return "count=all";
  const std::string text = fmt::format("count={}", count);
  return parse_gpus(text) ? text : std::string(any_number);
}

std::string gpu_list(const std::vector<std::string>& ids) {
  const auto is_plain = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':'; };
  const bool known =
      std::ranges::all_of(ids, [&](const std::string& id) { return !id.empty() && std::ranges::all_of(id, is_plain); });
  return known ? fmt::format("\"device={}\"", fmt::join(ids, ",")) : std::string(any_number);
}

}  // namespace

void ServiceReader::devices(const ValueNode& node, const Path& path) {
  for_each(node, path, [&](const ValueNode& device, const Path& at) {
    if (device.kind != NodeKind::table) return scalar(*find_setting("devices"), device, at);
    std::string text = member_text(device, "source");
    for (const std::string_view key : {"target", "permissions"}) {
      const std::string part = member_text(device, key);
      if (!part.empty()) text += fmt::format(":{}", part);
    }
    set(*find_setting("devices"), text, device, at);
  });
}

void ServiceReader::gpus(const ValueNode& node, const Path& path) {
  for_each(node, path, [&](const ValueNode& request, const Path& at) { gpu_request(request, at); });
}

/// Devices of CDI are devices like any other.
void ServiceReader::gpu_request(const ValueNode& node, const Path& path) {
  std::size_t devices = 0;
  std::vector<std::string> others;
  within(node, path, "device_ids", [&](const ValueNode& ids, const Path& below) {
    for_each(ids, below, [&](const ValueNode& id, const Path& at) {
      if (!is_scalar(id, at)) return;
      std::string name = expanded(id.text);
      if (is_cdi_device(name)) {
        ++devices;
        set(*find_setting("devices"), id.text, id, at);
      } else {
        others.push_back(std::move(name));
      }
    });
  });
  if (others.empty() && devices > 0) return;
  const std::string driver = expanded(member_text(node, "driver"));
  const std::string which = others.empty() ? gpu_count(expanded(member_text(node, "count")), driver) : gpu_list(others);
  const std::string maker = driver.empty() || is_engine_name(driver) ? driver : "unknown";
  set(*find_setting("gpus"), driver.empty() ? which : fmt::format("{},driver={}", which, maker), node, path);
}

}  // namespace skillrun::inline v0
