#include "spec/open_url.hpp"

#include <algorithm>

#include "spec/scan.hpp"
#include "spec/secret_values.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view scheme_end = "://";

bool is_alnum_or(char c, std::string_view others) noexcept { return is_alnum(c) || others.contains(c); }

/// What only stands for a folder or a scheme elsewhere hands out rights in a query: pwd, auth, key.
bool names_secret(std::string_view key) noexcept {
  constexpr std::string_view words[] = {"pwd", "auth", "key", "sig", "signature", "sk", "code"};
  const auto is_word = [&](std::string_view word) {
    return std::ranges::equal(key, word, {}, [](char c) { return ascii_lower(c); });
  };
  return is_secret_name(key) || std::ranges::any_of(words, is_word);
}

/// KEY=VALUE, KEY, or nothing. A key that is encoded may be any.
bool is_open_pair(std::string_view pair) noexcept {
  const std::size_t equals = std::min(pair.find('='), pair.size());
  const std::string_view key = pair.substr(0, equals);
  const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
  if (!std::ranges::all_of(key, [](char c) { return is_alnum_or(c, "_-.[]"); })) return false;
  return is_plain_value(value) || !names_secret(key);
}

/// Hosts, each with a port or without: a word behind a colon would be a password.
bool is_open_authority(std::string_view authority) noexcept {
  bool in_port = false;
  bool in_brackets = false;
  for (const char c : authority) {
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (c == ',') in_port = false;
    if (c == ':' && !in_brackets) {
      if (in_port) return false;
      in_port = true;
    } else if (in_port ? !is_digit(c) && c != ',' : !is_alnum_or(c, "._-,:[]")) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_open_url(std::string_view value) noexcept {
  const std::size_t end = value.find(scheme_end);
  if (end == 0 || end == std::string_view::npos || value.contains('@')) return false;
  if (!std::ranges::all_of(value.substr(0, end), [](char c) { return is_alnum_or(c, "+-."); })) return false;
  value.remove_prefix(end + scheme_end.size());
  const std::size_t query = std::min(value.find_first_of("?#"), value.size());
  const std::string_view place = value.substr(0, query);
  const std::size_t path = std::min(place.find('/'), place.size());
  if (!is_open_authority(place.substr(0, path))) return false;
  if (!std::ranges::all_of(place.substr(path), [](char c) { return is_alnum_or(c, "/._-+~:"); })) return false;
  value.remove_prefix(std::min(query + 1, value.size()));
  while (!value.empty()) {
    const std::size_t length = std::min(value.find_first_of("&;?#"), value.size());
    if (!is_open_pair(value.substr(0, length))) return false;
    value.remove_prefix(std::min(length + 1, value.size()));
  }
  return true;
}

}  // namespace skillrun::inline v0
