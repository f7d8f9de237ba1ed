#include "engine/native/native_engine.hpp"

#include <fmt/format.h>

#include "engine/native/machine.hpp"
#include "engine/native/native_container.hpp"

namespace skillrun::inline v0 {

NativeEngine::NativeEngine(NativeParts parts) : parts_(std::move(parts)), images_(parts_.store) {
  info_.kind = kind_native;
  info_.transport = "oci";
  info_.endpoint = parts_.runtime.path;
  info_.os = "linux";
  info_.architecture = machine_architecture();
  info_.rootless = parts_.store.rootless;
  info_.mounter = EngineInfo::Mounter::child;
  info_.shows_mounts = false;
}

EngineResult<void> NativeEngine::complete_info(CallLimits limits) {
  auto version = version_of(parts_.runtime, limits);
  if (!version) return std::unexpected(version.error());
  info_.version = fmt::format("{} {}", parts_.runtime.name, *version);
  const NativeAbilities& can = abilities();
  info_.enforcement = {.memory = can.memory,
                       .swap = can.swap,
                       .pids = can.pids,
                       .cpu = can.cpu,
                       .seccomp = can.seccomp && can.seccomp_profile,
                       .apparmor = can.apparmor,
                       .selinux = can.selinux,
                       .user_namespaces = can.rootless};
  return {};
}

std::string NativeEngine::name_of(const ImageReference& image) const { return image.familiar(); }

std::vector<EngineGap> NativeEngine::gaps(const ContainerSpec& spec) const { return native_gaps(spec, abilities()); }

const NativeAbilities& NativeEngine::abilities() const {
  if (!abilities_) abilities_ = survey_machine(parts_.runtime);
  return *abilities_;
}

}  // namespace skillrun::inline v0
