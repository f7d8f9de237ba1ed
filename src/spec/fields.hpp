#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include <skillrun/declaration.hpp>

namespace skillrun::inline v0 {

/// What a text may be written as, beside a string.
enum class Scalars : std::uint8_t { strings, numbers, booleans };

/// What the keys of a table of texts must look like.
enum class Keys : std::uint8_t { any, environment };

/// One key of a table: where it is kept, how it may be written, and what it means. Reading, overlaying, expanding and
/// the JSON schema all walk tables of these, so that a key is declared once.
template <class Table>
struct Field {
  using Member = std::variant<std::optional<WrittenText> Table::*, std::optional<WrittenList> Table::*,
                              std::optional<WrittenMap> Table::*, std::optional<Located<bool>> Table::*,
                              std::optional<MountTables> Table::*, std::optional<PackageBuild> Table::*,
                              std::optional<BuildTable> Table::*, std::optional<DockerRuntimeConfig> Table::*,
                              std::optional<CapabilityTable> Table::*, std::optional<ServiceNeeds> Table::*>;

  std::string_view key;
  Member member;
  std::string_view description;  ///< one line, lower case, no full stop
  std::string_view example;      ///< a TOML value
  Scalars scalars = Scalars::strings;
  Keys keys = Keys::any;
};

/// Specialised for each table of the manifest with `static constexpr std::array table` of its fields.
template <class Table>
struct Fields;

template <class Table>
[[nodiscard]] std::span<const Field<Table>> fields_of() {
  return Fields<Table>::table;
}

/// Those of a docker table: the keys of the table of settings (spec/schema.hpp), in its order.
template <>
[[nodiscard]] std::span<const Field<DockerRuntimeConfig>> fields_of<DockerRuntimeConfig>();

}  // namespace skillrun::inline v0
