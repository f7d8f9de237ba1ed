#pragma once

#include <span>
#include <string>
#include <string_view>

#include "manifest/node.hpp"
#include "manifest/reporter.hpp"
#include "spec/fields.hpp"

namespace skillrun::inline v0 {

inline constexpr std::string_view invalid_value = "invalid-value";
inline constexpr std::string_view unknown_key = "unknown-key";
inline constexpr std::string_view missing_field = "missing-field";

/// True when `node` is a table; otherwise that is reported.
[[nodiscard]] bool require_table(Reporter& reporter, const ValueNode& node, const Path& path);

/// Reads the fields of a table into `out`. A key that is neither a field nor in `nested` is reported, and so is a
/// value of the wrong type; such a field stays absent.
template <class Table>
void decode_fields(Reporter& reporter, const ValueNode& node, const Path& path, std::span<const Field<Table>> fields,
                   std::span<const std::string_view> nested, Table& out);

/// A table of variables, as in `[defaults.env]`.
[[nodiscard]] std::optional<WrittenMap> decode_environment(Reporter& reporter, const ValueNode& node, const Path& path);

/// The member of that name, or null.
[[nodiscard]] const Member* find_member(const ValueNode& node, std::string_view key) noexcept;

/// Reports a key that the format does not have, with the closest one that it has, or `spelling`, how the format says
/// what the key means elsewhere. Where only one is near, and `table` does not have it yet, the fix is to rename the
/// key.
void report_unknown_key(Reporter& reporter, const Member& member, const Path& path,
                        std::span<const std::string_view> known, const ValueNode* table = nullptr,
                        const std::string& spelling = {});

}  // namespace skillrun::inline v0
