#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include <skillrun/grant.hpp>
#include <skillrun/parsing.hpp>
#include <skillrun/source.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

/// What a policy lets skills have: one entry of a list of a grant.
///
/// Paths are compared by component and stand for everything below them. In them a component `*` is any one name that
/// does not begin with a dot, and a leading `~` the caller's home. In names `*` is any text. A port is written as
/// [IP:]PORT[-PORT][/PROTOCOL]; without an address it stands for every interface, and without a protocol for tcp.
struct GrantPattern {
  AskKind kind = AskKind::mount;
  std::string text;
  bool writes = false;
  Span span = {};
};

/// True when the pattern describes what is asked, closed or not. `homes` are the caller's. What a policy cannot grant
/// ("/", the socket of an engine) no pattern describes.
[[nodiscard]] bool covers(const GrantPattern& pattern, const Ask& ask, std::span<const std::string> homes);

/// Why the text cannot be a pattern of that kind.
[[nodiscard]] std::expected<void, ParseError> check_grant_pattern(AskKind kind, std::string_view text);

/// True when `*` in the pattern, each standing for any text, makes it this text.
[[nodiscard]] bool name_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace skillrun::inline v0
