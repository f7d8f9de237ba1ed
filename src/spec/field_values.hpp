#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "spec/condition_fields.hpp"

namespace skillrun::inline v0 {

// The values of a spec as conditions see them: the words are those that a manifest would have.

inline FieldValue to_field(const std::string& text) { return std::string_view(text); }
inline FieldValue to_field(bool value) { return value; }
inline FieldValue to_field(std::int64_t value) { return value; }
inline FieldValue to_field(std::uint16_t value) { return std::int64_t{value}; }
inline FieldValue to_field(std::chrono::nanoseconds time) { return std::int64_t{time.count()}; }
[[nodiscard]] FieldValue to_field(std::chrono::seconds time) noexcept;  ///< no more than the longest of nanoseconds
template <class T>
FieldValue to_field(const std::optional<T>& value) {
  return value ? to_field(T{*value}) : FieldValue();
}
template <>
inline FieldValue to_field(const std::optional<std::uint32_t>& value) {
  return value ? FieldValue(std::int64_t{*value}) : FieldValue();
}
[[nodiscard]] FieldValue to_field(PullPolicy pull) noexcept;
[[nodiscard]] FieldValue to_field(TtyMode mode) noexcept;
[[nodiscard]] FieldValue to_field(MountType type) noexcept;
[[nodiscard]] FieldValue to_field(Propagation propagation) noexcept;
[[nodiscard]] FieldValue to_field(Relabel relabel) noexcept;
[[nodiscard]] FieldValue to_field(BindRecursion recursion) noexcept;
[[nodiscard]] FieldValue to_field(NetworkKind kind) noexcept;
[[nodiscard]] FieldValue to_field(NamespaceMode mode) noexcept;

/// An empty text of a value that is made of several means that the part is not there.
[[nodiscard]] inline FieldValue optional_text(const std::string& text) {
  return text.empty() ? FieldValue() : FieldValue(std::string_view(text));
}

[[nodiscard]] FieldValue vjoined(Scratch& scratch, fmt::string_view format, fmt::format_args values);
/// A text put together in `scratch`, which must outlive the value.
template <class... Values>
[[nodiscard]] FieldValue joined(Scratch& scratch, fmt::format_string<Values...> format, Values&&... values) {
  return vjoined(scratch, format, fmt::make_format_args(values...));
}

}  // namespace skillrun::inline v0
