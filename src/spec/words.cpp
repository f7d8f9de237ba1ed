#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

std::string_view to_string(MountType type) noexcept {
  switch (type) {
    case MountType::bind: return "bind";
    case MountType::volume: return "volume";
    case MountType::tmpfs: return "tmpfs";
  }
  return "";
}

std::string_view to_string(Propagation propagation) noexcept {
  switch (propagation) {
    case Propagation::unset: return "";
    case Propagation::private_: return "private";
    case Propagation::rprivate: return "rprivate";
    case Propagation::shared: return "shared";
    case Propagation::rshared: return "rshared";
    case Propagation::slave: return "slave";
    case Propagation::rslave: return "rslave";
  }
  return "";
}

std::string_view to_string(BindRecursion recursion) noexcept {
  switch (recursion) {
    case BindRecursion::unset: return "";
    case BindRecursion::enabled: return "enabled";
    case BindRecursion::disabled: return "disabled";
    case BindRecursion::writable: return "writable";
    case BindRecursion::readonly: return "readonly";
  }
  return "";
}

std::string_view to_string(PullPolicy pull) noexcept {
  switch (pull) {
    case PullPolicy::missing: return "missing";
    case PullPolicy::always: return "always";
    case PullPolicy::never: return "never";
  }
  return "";
}

}  // namespace skillrun::inline v0
