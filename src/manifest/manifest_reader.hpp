#pragma once

#include <skillrun/manifest.hpp>

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"

namespace skillrun::inline v0 {

/// Reads the root table of a manifest into `manifest`; everything that is wrong is reported.
void decode_manifest(Reporter& reporter, const ValueNode& root, Manifest& manifest);

/// Reads one entry of `skills` into `skill`, whose name is `member.key`.
void decode_skill(Reporter& reporter, const Member& member, SkillDefinition& skill);

/// The manifest of which nothing is wrong, or what is.
[[nodiscard]] std::expected<Manifest, Findings> valid_manifest(ManifestReading reading);

/// Reports a name of a skill or instance that is not allowed.
void check_name(Reporter& reporter, const Member& member, const Path& path, std::string_view what);

}  // namespace skillrun::inline v0
