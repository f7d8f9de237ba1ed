// What it can ever do, and what it can do from the start.
#include "engine/native/bundle/capabilities.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/native/bundle/bundle_rows.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

/// DefaultCapabilities of moby's oci/caps.
constexpr std::array defaults{
    "CHOWN"sv,  "DAC_OVERRIDE"sv, "FSETID"sv,  "FOWNER"sv,           "MKNOD"sv,      "NET_RAW"sv, "SETGID"sv,
    "SETUID"sv, "SETFCAP"sv,      "SETPCAP"sv, "NET_BIND_SERVICE"sv, "SYS_CHROOT"sv, "KILL"sv,    "AUDIT_WRITE"sv};

bool names(const SettingList<std::string>& list, std::string_view capability) {
  return std::ranges::find(list, capability, [](const auto& entry) -> std::string_view { return entry.value; }) !=
         list.end();
}

/// A process of another user than root has them only in its bounding set, as a file with capabilities could give them;
/// none is ever inheritable (CVE-2022-24769).
void write_capabilities(const ContainerSpec& spec, ConfigWriter& config) {
  const auto set = bounding_capabilities(spec, config.context().capabilities);
  const json::array list(set.begin(), set.end());
  json::object capabilities{{"bounding", list}};
  if (config.context().who.uid == 0) {
    capabilities["effective"] = list;
    capabilities["permitted"] = list;
  }
  config.process()["capabilities"] = std::move(capabilities);
}

void added_capability_gaps(const ContainerSpec& spec, const NativeAbilities& can, GapSink& gaps) {
  for (const auto& entry : spec.cap_add) {
    if (entry.value == "ALL" || std::ranges::find(can.capabilities, entry.value) != can.capabilities.end()) continue;
    gaps.lacks(entry.origin, fmt::format("this process cannot give {}, which it does not have", entry.value));
  }
}

constexpr BundleRow capability_rows[] = {
    {.setting = "cap_add", .write = write_capabilities, .gaps = added_capability_gaps},
    outside("cap_drop", "written with cap_add"),
};

}  // namespace

std::span<const BundleRow> capability_bundle_rows() { return capability_rows; }

std::vector<std::string> bounding_capabilities(const ContainerSpec& spec, std::span<const std::string> available) {
  std::vector<std::string> set;
  const auto add = [&set](std::string_view name) {
    std::string full = "CAP_" + std::string(name);
    if (std::ranges::find(set, full) == set.end()) set.push_back(std::move(full));
  };
  if (is_privileged(spec)) {
    for (const std::string& name : available) add(name);
  } else if (names(spec.cap_add, "ALL")) {
    for (const std::string& name : available) {
      if (!names(spec.cap_drop, name)) add(name);
    }
  } else {
    if (!names(spec.cap_drop, "ALL")) {
      for (const std::string_view name : defaults) {
        if (!names(spec.cap_drop, name) && std::ranges::find(available, name) != available.end()) add(name);
      }
    }
    for (const auto& entry : spec.cap_add) add(entry.value);
  }
  return set;
}

}  // namespace skillrun::inline v0
