#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/export.hpp>
#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

/// What became of one `${...}` of a text. Rules ask this, never the text: the name of a variable can be part of another
/// name, and a value says nothing of where it comes from.
struct SKILLRUN_API Expansion {
  std::string variable;
  std::size_t begin = 0;  ///< of what it became, in the expanded text, in bytes
  std::size_t end = 0;    ///< the place just after it
  bool has_value = true;  ///< false: a default stands in its place, or nothing while nobody knows the value (linting)

  /// True when the text holds a value of the caller's environment because of it.
  [[nodiscard]] bool hands_over() const noexcept;
};

enum class OriginKind : std::uint8_t {
  builtin,         ///< skillrun's own default
  policy_default,  ///< a policy filled a gap; `field` is the policy's name
  manifest,        ///< a key of the manifest
  extra_args,      ///< a word of extra_args
  command_line,    ///< an option of the caller; `field` is the option
  create_request,  ///< a member of what a client asks an engine for; `field` is its JSON pointer
};

/// Where a setting comes from: what explain shows and what a finding points at.
struct Origin {
  OriginKind kind = OriginKind::builtin;
  std::string field;  ///< "docker.memory", "docker.extra_args[0]", "--env", "/HostConfig/Memory", or a policy's name
  Span span;          ///< in the manifest; unknown for the other kinds
  std::string text;   ///< as written, before variables were expanded
  std::vector<Expansion> expansions = {};  ///< the variables in it
};

/// A value together with its origin.
template <class T>
struct Setting {
  T value{};
  Origin origin;
};

/// A setting that may be absent.
template <class T>
using OptionalSetting = std::optional<Setting<T>>;

/// Settings in the order in which they apply, each with an origin of its own.
template <class T>
using SettingList = std::vector<Setting<T>>;

}  // namespace skillrun::inline v0
