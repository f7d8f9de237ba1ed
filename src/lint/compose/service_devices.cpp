// The devices of the host that a service gets: its own, those of GPUs, and those of CDI.
#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "spec/settings.hpp"

namespace skillrun::inline v0 {

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

/// Devices of CDI are devices like any other. Of GPUs, whichever are asked for, they are judged as all.
void ServiceReader::gpu_request(const ValueNode& node, const Path& path) {
  const bool cdi = expanded(member_text(node, "driver")) == "cdi";
  std::size_t devices = 0;
  std::size_t others = 0;
  within(node, path, "device_ids", [&](const ValueNode& ids, const Path& below) {
    for_each(ids, below, [&](const ValueNode& id, const Path& at) {
      if (!is_scalar(id, at)) return;
      const bool device = is_cdi_device(expanded(id.text));
      ++(device ? devices : others);
      if (device) set(*find_setting("devices"), id.text, id, at);
    });
  });
  if (others > 0 || devices == 0) set(*find_setting("gpus"), cdi ? "driver=cdi,count=1" : "all", node, path);
}

}  // namespace skillrun::inline v0
