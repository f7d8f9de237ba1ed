#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <fmt/format.h>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// What a field of a condition holds, and how a literal for it is written.
enum class FieldType : std::uint8_t { text, boolean, number, size, cpus, duration };

/// "text", "true or false", ...: for messages.
[[nodiscard]] std::string_view describe(FieldType type) noexcept;

/// A field's value; empty when the field is not set. Numbers are bytes for sizes, billionths for CPUs and nanoseconds
/// for durations. A text may live in the Scratch that it was asked with.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, std::string_view>;

/// Room for a text that is put together, until the next question. Short texts need no memory of their own.
using Scratch = fmt::basic_memory_buffer<char, 512>;

/// A field with one value.
struct ScalarField {
  std::string_view name;
  FieldType type = FieldType::text;
  FieldValue (*value)(const ContainerSpec& spec, Scratch& scratch) = nullptr;
  const Origin* (*origin)(const ContainerSpec& spec) = nullptr;  ///< null when the field is not set
};

/// A part of a list's elements; the only one of a list of texts has no name.
struct ElementField {
  std::string_view name;
  FieldType type = FieldType::text;
  FieldValue (*value)(const ContainerSpec& spec, std::size_t index) = nullptr;
  /// Instead of `value` where the part is a table: what it has for a key.
  FieldValue (*entry)(const ContainerSpec& spec, std::size_t index, std::string_view key) = nullptr;
};

/// A field with any number of elements.
struct ListField {
  std::string_view name;
  std::span<const ElementField> parts;
  std::size_t (*size)(const ContainerSpec& spec) = nullptr;
  const Origin& (*origin)(const ContainerSpec& spec, std::size_t index) = nullptr;
  /// The parts that make name["key"] of it: the key and the value. -1: elements are not found by a key.
  int key = -1;
  int value = -1;
};

[[nodiscard]] std::span<const ScalarField> scalar_fields();
[[nodiscard]] std::span<const ListField> list_fields();

}  // namespace skillrun::inline v0
