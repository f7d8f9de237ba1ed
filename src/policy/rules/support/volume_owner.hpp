#pragma once

#include <string>
#include <string_view>

#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

/// The label of a volume that says which skill skillrun made it for. Manifests cannot set it: labels that begin with
/// "skillrun." are refused.
inline constexpr std::string_view volume_owner_label = "skillrun.volume-owner";

/// Who a skill is to the volumes that are made for it: a SHA-256 over the caller, the manifest's real path and the
/// skill's name, so that another manifest with a skill of that name is somebody else. Empty for a manifest that is not
/// a file: then no volume is its own.
[[nodiscard]] std::string volume_owner(const ContainerSpec& spec, const HostView& host);

/// What a volume that is made for `owner` is called by the engine; its manifest calls it `name`. No other program asks
/// for a name like this one, so that no skill leaves data where somebody else will look for their own. A name that is
/// one already stays.
[[nodiscard]] std::string private_volume(std::string_view name, std::string_view owner);

/// Sets `volume_owner`, and in each mount the engine's name of its volume: the one of the skill's own, where there is
/// one or none at all, or somebody else's of just that name.
void name_volumes(ContainerSpec& spec, const HostView& host);

/// True for a volume that carries the label of `owner`.
[[nodiscard]] bool is_owned(const HostView::Volume& volume, std::string_view owner);

}  // namespace skillrun::inline v0
