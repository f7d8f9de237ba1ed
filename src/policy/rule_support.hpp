#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/paths.hpp"
#include "policy/rule.hpp"

namespace skillrun {

/// The origin of a key that is not there: its finding points at the image, the one value that every skill has.
[[nodiscard]] Origin absent(const ContainerSpec& spec, std::string field);

/// A place of the host that the container gets to see, by one of its names.
struct HostPath {
  const std::string& path;      ///< what is judged now: the declared path, or what it leads to
  const std::string& declared;  ///< as the manifest has it
  bool read_only;
  std::string_view workdir;  ///< the caller's working directory, when the path is it or was written below it
  bool build_context;        ///< sent to the engine to build the image from, not mounted
  const Origin& origin;

  /// For messages: "'/srv/x'", or "'/srv/x' (which is '/etc')" when a symlink leads elsewhere.
  [[nodiscard]] std::string text() const;
};

/// The caller's working directory as far as the mount tells: its source is written as `${SKILL_WORKDIR}`, alone or with
/// a path after it. Empty otherwise: then the author of the manifest chose the path, and nothing is granted.
[[nodiscard]] std::string_view workdir_of(const Setting<Mount>& mount) noexcept;

/// The value of a volume driver's option, empty when it is not given.
[[nodiscard]] std::string_view driver_option(const Mount& mount, std::string_view key) noexcept;

/// The path that a volume of the local driver binds through its options (o=bind,device=PATH), whatever its type says:
/// the kernel looks at the flag first. Nothing for other volumes.
[[nodiscard]] std::optional<std::string> bound_device(const Mount& mount);

/// Calls `judge` with every bind source, path bound by a volume's options, and build context: with the declared path,
/// and, unless that was reported already (`judge` returned true), with the real path behind it.
template <class Judge>
void for_each_host_path(const RuleContext& context, Judge&& judge) {
  const auto both = [&](const std::string& path, bool read_only, std::string_view workdir, bool build,
                        const Origin& origin) {
    if (judge(HostPath{path, path, read_only, workdir, build, origin})) return;
    const std::optional<std::string> real = context.host.real_path(path);
    if (real && *real != path) judge(HostPath{*real, path, read_only, workdir, build, origin});
  };
  for (const Setting<Mount>& mount : context.spec.mounts) {
    const Mount& value = mount.value;
    if (value.type == MountType::bind) both(value.source, value.read_only, workdir_of(mount), false, mount.origin);
    if (const auto device = bound_device(value)) both(*device, value.read_only, {}, false, mount.origin);
  }
  if (context.spec.build && context.spec.build->value.context) {
    both(context.spec.build->value.context->context, true, {}, true, context.spec.build->origin);
  }
}

}  // namespace skillrun
