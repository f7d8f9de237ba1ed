#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <skillrun/declaration.hpp>
#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// What a value may hold beside printable text.
enum class Allowed : std::uint8_t {
  text,   ///< no control character at all
  lines,  ///< newlines and tabs too: words and variables that only the program in the container reads
};

/// The spec while it is being built: typed keys, extra_args and options all set it through the same functions, so that
/// one setting has one reading whichever way it was declared.
class SpecBuilder {
 public:
  SpecBuilder(const ResolvedSkill& skill, const CallerContext& caller, const VariableSource& environment);

  ContainerSpec spec;

  [[nodiscard]] const ResolvedSkill& skill() const noexcept { return skill_; }
  [[nodiscard]] const CallerContext& caller() const noexcept { return caller_; }
  [[nodiscard]] const VariableSource& environment() const noexcept { return environment_; }
  [[nodiscard]] const PathContext& paths() const noexcept { return paths_; }

  [[nodiscard]] static Origin manifest_origin(const WrittenText& text, std::string field);
  [[nodiscard]] static Origin manifest_origin(Span span, std::string field, std::string text);
  [[nodiscard]] static Origin option_origin(std::string option, std::string text);

  void problem(std::string_view rule, const Origin& origin, std::string message, std::string remedy = {},
               Severity severity = Severity::error);

  /// True when the value holds nothing that must not reach an engine; otherwise the problem is recorded. The message
  /// names `shown` in its place; empty: the value, or of one that came out of a variable the text of the manifest.
  bool clean(std::string_view value, const Origin& origin, Allowed allowed = Allowed::text,
             std::string_view shown = {});

  /// Of variables and labels: Compose writes lines into them, with no client's words or files between.
  [[nodiscard]] Allowed allowed_in_values() const noexcept {
    return spec.runner == Runner::compose ? Allowed::lines : Allowed::text;
  }

  /// A value of several parts, in which each variable is within one of them (see whole_values.hpp). Compose expands the
  /// variables of a text before it looks for parts.
  [[nodiscard]] std::string whole(std::string_view value, const Origin& origin) const;

  /// Sets a last-wins field. A flag that repeats a typed key is a problem; what is declared twice in one way is
  /// ambiguous.
  template <class T>
  void set(OptionalSetting<T>& slot, T value, const Origin& origin) {
    if (slot) repeated(slot->origin, origin);
    slot = Setting<T>{std::move(value), origin};
  }

 private:
  void repeated(const Origin& before, const Origin& now);

  const ResolvedSkill& skill_;
  const CallerContext& caller_;
  const VariableSource& environment_;
  PathContext paths_;
};

}  // namespace skillrun::inline v0
