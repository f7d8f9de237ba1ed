#pragma once

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "spec/spec_builder.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

// Setters that more than the table of settings calls, and what setters are made of.

void set_image(SpecBuilder& builder, const std::string& value, const Origin& origin);
void add_environment(SpecBuilder& builder, const std::string& value, const Origin& origin);
/// True for NAME=VALUE of which a variable that nobody knows while linting is part of VALUE: its name, and what is
/// written beside the variable, can be judged.
[[nodiscard]] bool knows_variable(const WrittenText& text);
void set_pull(SpecBuilder& builder, const std::string& value, const Origin& origin);
void set_timeout(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// Contradictions between settings, once all are known: those of the network; of the health check, the log and the end.
void check_network(SpecBuilder& builder);
void check_lifecycle(SpecBuilder& builder);

/// What is left to do once all settings are known: of each variable the last entry stays, and contradictions become
/// problems.
void settle(SpecBuilder& builder);

/// Reads KEY=VALUE and appends it; a key that is there already is ambiguous, because the last one wins.
void add_pair(SpecBuilder& builder, SettingList<KeyValue>& list, const std::string& value, const Origin& origin,
              bool needs_value);

/// Go's words for a boolean, as docker's flags take them; anything else, the empty string included, is nothing.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

/// The same for a flag; a problem when it is none.
[[nodiscard]] std::optional<bool> read_switch(SpecBuilder& builder, const std::string& value, const Origin& origin);

/// A text as a template's argument.
template <std::size_t size>
struct Literal {
  char text[size] = {};
  // NOLINTNEXTLINE(google-explicit-constructor): it is written as a string
  consteval Literal(const char (&literal)[size]) { std::copy_n(literal, size, text); }
};

/// Sets a setting, or appends to a list.
template <auto setting, class T>
void put(SpecBuilder& builder, T value, const Origin& origin) {
  auto& slot = builder.spec.*setting;
  if constexpr (requires { slot.emplace_back(); }) {
    slot.push_back({std::move(value), origin});
  } else {
    builder.set(slot, std::move(value), origin);
  }
}

/// What `parse` makes of the text; where that is nothing, its error is a problem of `rule`.
template <auto setting, auto parse, Literal remedy, Literal rule = "invalid-value">
void set_parsed(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  auto parsed = parse(value);
  if (!parsed) return builder.problem(rule.text, origin, parsed.error().message, remedy.text);
  put<setting>(builder, std::move(*parsed), origin);
}

/// A text that is kept as it is written; where it is none of those that `fits` knows, "'x' is not WHAT" is a problem.
template <auto setting, auto fits, Literal what, Literal remedy>
void set_text(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (!builder.clean(value, origin)) return;
  if (!fits(value)) {
    return builder.problem("invalid-value", origin, fmt::format("'{}' is not {}", printable(value), what.text),
                           remedy.text);
  }
  put<setting>(builder, value, origin);
}

/// Sets what is true or false.
template <OptionalSetting<bool> ContainerSpec::* setting>
void set_switch(SpecBuilder& builder, const std::string& value, const Origin& origin) {
  if (const auto on = read_switch(builder, value, origin)) builder.set(builder.spec.*setting, *on, origin);
}

/// An IPv4 or IPv6 address in its usual text form, without a zone.
[[nodiscard]] bool is_ip_address(std::string_view text);

/// A decimal integer without leading zeros or signs other than '-', which docker could read in another base.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace skillrun::inline v0
