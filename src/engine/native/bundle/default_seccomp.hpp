#pragma once

#include <string_view>

#include <skillrun/engine_call.hpp>

#include "engine/native/bundle/seccomp_profile.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// The filter of a container that names no profile: the distribution's default profile (seccomp.json of
/// containers/common, written for podman), without what docker's own default withholds besides.
///
/// That profile lets everybody make namespaces, mounts and keys. Whoever may make a user namespace has every capability
/// in it, and with them most of the kernel's attack surface, whatever cap_drop says; docker's profile gives these calls
/// to those only who have the capability anyway. They fail here as they do there: with EPERM, and clone3 with ENOSYS,
/// which makes C libraries fall back on clone. The same errors and thread-safety as resolve_seccomp().
[[nodiscard]] EngineResult<json::object> resolve_default_seccomp(std::string_view profile, const SeccompTarget& target);

}  // namespace skillrun::inline v0
