#include "spec/field_values.hpp"

#include <algorithm>
#include <iterator>

namespace skillrun::inline v0 {

using Word = std::string_view;

FieldValue to_field(std::chrono::seconds time) noexcept {
  constexpr auto longest = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds::max());
  return std::int64_t{std::chrono::nanoseconds(std::min(time, longest)).count()};
}

namespace {

/// Nothing for what has no word: it is not set.
FieldValue word_or_nothing(Word word) noexcept { return word.empty() ? FieldValue() : FieldValue(word); }

}  // namespace

FieldValue to_field(PullPolicy pull) noexcept { return to_string(pull); }

FieldValue to_field(TtyMode mode) noexcept {
  switch (mode) {
    case TtyMode::automatic: return Word("auto");
    case TtyMode::on: return Word("true");
    case TtyMode::off: return Word("false");
  }
  return {};
}

FieldValue to_field(MountType type) noexcept { return to_string(type); }

FieldValue to_field(Propagation propagation) noexcept { return word_or_nothing(to_string(propagation)); }

FieldValue to_field(Relabel relabel) noexcept {
  switch (relabel) {
    case Relabel::none: return {};
    case Relabel::shared: return Word("shared");
    case Relabel::private_: return Word("private");
  }
  return {};
}

FieldValue to_field(BindRecursion recursion) noexcept { return word_or_nothing(to_string(recursion)); }

FieldValue to_field(NetworkKind kind) noexcept {
  switch (kind) {
    case NetworkKind::none: return Word("none");
    case NetworkKind::bridge: return Word("bridge");
    case NetworkKind::host: return Word("host");
    case NetworkKind::container: return Word("container");
    case NetworkKind::path: return Word("path");
    case NetworkKind::named: return Word("named");
  }
  return {};
}

FieldValue to_field(NamespaceMode mode) noexcept {
  switch (mode) {
    case NamespaceMode::private_: return Word("private");
    case NamespaceMode::host: return Word("host");
    case NamespaceMode::container: return Word("container");
    case NamespaceMode::shareable: return Word("shareable");
    case NamespaceMode::none: return Word("none");
    case NamespaceMode::path: return Word("path");
  }
  return {};
}

std::string_view describe(FieldType type) noexcept {
  switch (type) {
    case FieldType::text: return "a text";
    case FieldType::boolean: return "true or false";
    case FieldType::number: return "a whole number";
    case FieldType::size: return "a size such as 512m";
    case FieldType::cpus: return "a number of CPUs such as 1.5";
    case FieldType::duration: return "a duration such as 90s";
  }
  return "a value";
}

FieldValue vjoined(Scratch& scratch, fmt::string_view format, fmt::format_args values) {
  scratch.clear();
  fmt::vformat_to(std::back_inserter(scratch), format, values);
  return std::string_view(scratch.data(), scratch.size());
}

}  // namespace skillrun::inline v0
