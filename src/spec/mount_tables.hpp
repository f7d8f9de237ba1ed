#pragma once

#include <span>

#include <skillrun/parsing.hpp>

#include "spec/spec_builder.hpp"

namespace skillrun::inline v0 {

/// One part of a mount, by its name in docker's --mount.
struct MountField {
  std::string_view name;
  std::optional<std::string> value;  ///< none: the name stands alone
};

[[nodiscard]] std::expected<Mount, ParseError> read_mount(std::span<const MountField> fields, const PathContext& paths);

/// As parse_volume(), parse_mount() and parse_tmpfs() read a text that was written, in which what variables stand for
/// is whole (see whole_values.hpp).
[[nodiscard]] std::expected<Mount, ParseError> read_volume(std::string_view whole, const PathContext& paths);
[[nodiscard]] std::expected<Mount, ParseError> read_mount_record(std::string_view whole, const PathContext& paths);
[[nodiscard]] std::expected<Mount, ParseError> read_tmpfs(std::string_view whole);

/// One table of `mounts`; `field` is its path, such as "docker.mounts[0]".
void add_mount_table(SpecBuilder& builder, const MountTable& table, const std::string& field);

/// A host path whose variable has no value while linting.
void report_unresolved_source(SpecBuilder& builder, const Origin& origin);

/// Two mounts on one target are a problem: engines refuse them or pick one.
void check_mount_targets(SpecBuilder& builder);

}  // namespace skillrun::inline v0
