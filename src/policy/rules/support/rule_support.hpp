#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/places/paths.hpp"
#include "policy/rules/support/rule.hpp"

namespace skillrun::inline v0 {

/// The origin of a key that is not there: its finding points at the image, the one value that every skill has. `field`
/// is the manifest's; where a Compose service declares the spec, it becomes the service's key, or the service.
[[nodiscard]] Origin absent(const ContainerSpec& spec, std::string field);

/// A place of the host that the container gets to see, by one of its names.
struct HostPath {
  const std::string& path;      ///< what is judged now: the declared path, or what it leads to
  const std::string& declared;  ///< as the manifest has it
  bool read_only;
  bool build_context;  ///< sent to the engine to build the image from, not mounted
  const Origin& origin;
  std::string_view target = {};  ///< where it is mounted; empty for a build context

  /// For messages: "'/srv/x'", or "'/srv/x' (which is '/etc')" when a symlink leads elsewhere.
  [[nodiscard]] std::string text() const;
};

/// The ask for a path that no caller's word opens.
[[nodiscard]] Ask closed_ask(const HostPath& host);

/// Whether what stands for a GPU names devices of CDI: a spelling of cdi_devices to the engine that gets it.
[[nodiscard]] bool is_cdi_request(const GpuRequest& gpus) noexcept;

/// True when the path is the caller's working directory itself.
[[nodiscard]] bool is_workdir(const RuleContext& context, const HostPath& host);

/// The value of a volume driver's option, empty when it is not given.
[[nodiscard]] std::string_view driver_option(const Mount& mount, std::string_view key) noexcept;

/// The path that a volume of the local driver binds through its options (o=bind,device=PATH), whatever its type says:
/// the kernel looks at the flag first. Nothing for other volumes.
[[nodiscard]] std::optional<std::string> bound_device(const Mount& mount);

/// Calls `judge` with every bind source, path bound by a volume's options, and build context, as declared.
template <class Judge>
void for_each_declared_path(const RuleContext& context, Judge&& judge) {
  for (const Setting<Mount>& mount : context.spec.mounts) {
    const Mount& value = mount.value;
    if (value.type == MountType::bind)
      judge(HostPath{value.source, value.source, value.read_only, false, mount.origin, value.target});
    if (const auto device = bound_device(value))
      judge(HostPath{*device, *device, value.read_only, false, mount.origin, value.target});
  }
  if (context.spec.build && context.spec.build->value.context) {
    const std::string& folder = context.spec.build->value.context->context;
    judge(HostPath{folder, folder, true, true, context.spec.build->origin});
  }
}

/// The same with the declared path, and, unless that was reported already (`judge` returned true), with the real path
/// behind it.
template <class Judge>
void for_each_host_path(const RuleContext& context, Judge&& judge) {
  for_each_declared_path(context, [&](const HostPath& declared) {
    if (judge(declared)) return;
    const std::optional<std::string> real = context.host.real_path(declared.path);
    if (real && *real != declared.path) {
      judge(
          HostPath{*real, declared.path, declared.read_only, declared.build_context, declared.origin, declared.target});
    }
  });
}

}  // namespace skillrun::inline v0
