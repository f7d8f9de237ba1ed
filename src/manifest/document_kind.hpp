#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <skillrun/manifest.hpp>

namespace skillrun::inline v0 {

enum class DocumentKind : std::uint8_t { manifest, policy, compose };

/// What kind of document a text is, told by the keys at its top and by nothing else: it declares skills, has a policy's
/// apiVersion, or a table of services (or files that have some). Where it cannot be read, its lines tell. Nothing for
/// any other text.
[[nodiscard]] std::optional<DocumentKind> document_kind(std::string_view text, ManifestFormat format);

/// How apiVersion begins in every version of the policy format.
inline constexpr std::string_view policy_format = "skillrun.policy/";

}  // namespace skillrun::inline v0
