#include <algorithm>

#include <fmt/core.h>

#include <skillrun/parsing.hpp>

#include "spec/scan.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view expectation = "a user such as 1000:1000, 1000 or node";
constexpr std::uint64_t largest_id = 0xFFFFFFFE;  // 2^32-1 means "no id" to the kernel

bool is_account_name(std::string_view text) {
  if (text.ends_with('$')) text.remove_suffix(1);
  return !text.empty() && !is_digit(text.front()) && text.front() != '.' && text.front() != '-' &&
         std::ranges::all_of(text,
                             [](char byte) { return is_alnum(byte) || byte == '_' || byte == '.' || byte == '-'; });
}

struct Account {
  std::string text;
  std::optional<std::uint32_t> id;
};

/// A zero in disguise (00, +0) is refused rather than read: what a policy compares has to be what the engine sees.
std::expected<Account, ParseError> parse_account(std::string_view text, std::string_view whole) {
  if (is_account_name(text)) return Account{std::string(text), std::nullopt};
  if (const auto id = parse_decimal(text, largest_id))
    return Account{std::string(text), static_cast<std::uint32_t>(*id)};
  if (text.empty()) return refuse(fmt::format("expected {}, found an empty name in {}", expectation, quoted(whole)));
  if (is_digit(text.front()) || text.front() == '+' || text.front() == '-') {
    return refuse(fmt::format("expected {}, found {}; a number is written plainly, from 0 to {}", expectation,
                              quoted(whole), largest_id));
  }
  return refuse(fmt::format("expected {}, found {}", expectation, quoted(whole)));
}

}  // namespace

std::string UserSpec::text() const { return group.empty() ? user : fmt::format("{}:{}", user, group); }

std::expected<UserSpec, ParseError> parse_user(std::string_view text) {
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  const std::size_t colon = text.find(':');
  auto user = parse_account(text.substr(0, colon), text);
  if (!user) return std::unexpected(user.error());
  UserSpec spec{.user = user->text, .group = {}, .uid = user->id, .gid = std::nullopt, .host = false};
  if (colon == std::string_view::npos) return spec;
  auto group = parse_account(text.substr(colon + 1), text);
  if (!group) return std::unexpected(group.error());
  spec.group = group->text;
  spec.gid = group->id;
  return spec;
}

}  // namespace skillrun::inline v0
