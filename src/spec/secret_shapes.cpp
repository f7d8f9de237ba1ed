#include <algorithm>
#include <array>
#include <cstdint>

#include "spec/secret_values.hpp"

namespace skillrun::inline v0 {

namespace {

enum class Letters : std::uint8_t { upper_digits, word, word_dash, path };

/// A token of a known issuer: a fixed beginning, then at least `length` characters.
struct Shape {
  std::string_view prefix;
  std::size_t length;
  Letters letters;
};

constexpr Shape shapes[] = {
    {"AKIA", 16, Letters::upper_digits},
    {"ASIA", 16, Letters::upper_digits},
    {"ghp_", 30, Letters::word},
    {"gho_", 30, Letters::word},
    {"ghu_", 30, Letters::word},
    {"ghs_", 30, Letters::word},
    {"ghr_", 30, Letters::word},
    {"github_pat_", 22, Letters::word},
    {"glpat-", 20, Letters::word_dash},
    {"xoxb-", 20, Letters::word_dash},
    {"xoxp-", 20, Letters::word_dash},
    {"xoxa-", 20, Letters::word_dash},
    {"AIza", 35, Letters::word_dash},
    {"sk_live_", 16, Letters::word},
    {"rk_live_", 16, Letters::word},
    {"sk_test_", 16, Letters::word},
    {"rk_test_", 16, Letters::word},
    {"sk-", 32, Letters::word_dash},
    {"npm_", 36, Letters::word},
    {"hf_", 30, Letters::word},
    {"pypi-", 40, Letters::word_dash},
    {"dop_v1_", 40, Letters::word},
    {"eyJhbGciOi", 40, Letters::path},
    // "-----BEGIN " and a word before "PRIVATE KEY", in base64.
    {"LS0tLS1CRUdJTiBQUklWQVRF", 16, Letters::word},
    {"LS0tLS1CRUdJTiBSU0EgUFJJVkFURS", 16, Letters::word},
    {"LS0tLS1CRUdJTiBFQyBQUklWQVRF", 16, Letters::word},
    {"LS0tLS1CRUdJTiBFTkNSWVBURUQ", 16, Letters::word},
    {"LS0tLS1CRUdJTiBPUEVOU1NI", 16, Letters::word},
    {"SG.", 60, Letters::path},
    {"hooks.slack.com/services/", 30, Letters::path},
    {"discord.com/api/webhooks/", 40, Letters::path},
};

/// No shorter text holds a token.
constexpr std::size_t shortest = [] {
  std::size_t least = shapes[0].prefix.size() + shapes[0].length;
  for (const Shape& shape : shapes) least = std::min(least, shape.prefix.size() + shape.length);
  return least;
}();

constexpr bool is_upper_or_digit(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

constexpr bool belongs(char c, Letters letters) noexcept {
  if (is_upper_or_digit(c)) return true;
  if (letters == Letters::upper_digits) return false;
  if ((c >= 'a' && c <= 'z') || c == '_') return true;
  return letters != Letters::word && (c == '-' || (letters == Letters::path && (c == '.' || c == '/')));
}

bool holds_shape(std::string_view value, const Shape& shape) noexcept {
  for (std::size_t at = value.find(shape.prefix); at != std::string_view::npos; at = value.find(shape.prefix, at + 1)) {
    if (at > 0 && belongs(value[at - 1], Letters::word)) continue;
    const std::string_view rest = value.substr(at + shape.prefix.size());
    const auto end = std::ranges::find_if_not(rest, [&](char c) { return belongs(c, shape.letters); });
    if (static_cast<std::size_t>(end - rest.begin()) >= shape.length) return true;
  }
  return false;
}

/// key=value in what connects to something, where the key is a secret's: "...;Password=x;", "?user=u&password=x". What
/// a shell would put in is none, nor is a value of a letter or two.
bool holds_secret_pair(std::string_view value) noexcept {
  constexpr std::string_view ends_of_pair = ";&? \t\n\"'";
  for (std::size_t at = value.find('='); at != std::string_view::npos; at = value.find('=', at + 1)) {
    const std::size_t before = value.substr(0, at).find_last_of(ends_of_pair);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    std::string_view said = value.substr(at + 1);
    if (said.starts_with('\'') || said.starts_with('"')) said.remove_prefix(1);
    said = said.substr(0, said.find_first_of(ends_of_pair));
    constexpr std::size_t shortest_said = 4;
    if (said.size() < shortest_said || said.starts_with('$') || said.starts_with('=') || is_plain_value(said)) continue;
    if (is_secret_name(value.substr(begin, at - begin))) return true;
  }
  return false;
}

/// True for what only chance makes: capitals, small letters and digits in no order. A name in camel case changes its
/// kind of letter once or twice a word (fewer than every second time), a digest has no capitals: both pass. Of random
/// texts of 24 to 40 letters and digits one in six to one in thirteen passes too.
bool looks_random(std::string_view value) noexcept {
  constexpr std::size_t shortest_random = 24;
  if (value.size() < shortest_random || value.starts_with('/')) return false;
  std::array<std::size_t, 3> of_kind{};
  std::size_t changes = 0;
  std::size_t last = of_kind.size();
  for (const char c : value) {
    std::size_t kind = 0;
    if (c >= 'a' && c <= 'z') {
      kind = 1;
    } else if (c >= '0' && c <= '9') {
      kind = 2;
    } else if (c < 'A' || c > 'Z') {
      if (std::string_view("+/=_-").find(c) == std::string_view::npos) return false;
      continue;
    }
    ++of_kind[kind];
    if (last != of_kind.size() && kind != last) ++changes;
    last = kind;
  }
  constexpr std::size_t least_of_kind = 2;
  return std::ranges::all_of(of_kind, [](std::size_t count) { return count >= least_of_kind; }) &&
         changes * 2 >= value.size();
}

/// scheme://user:password@host
bool holds_url_password(std::string_view value) noexcept {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view authority = value.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::size_t colon = authority.find(':');
  return colon != std::string_view::npos && colon + 1 < at;
}

}  // namespace

bool has_secret_shape(std::string_view value) noexcept {
  const std::size_t begin = value.find("-----BEGIN ");
  if (begin != std::string_view::npos && value.find("PRIVATE KEY", begin) != std::string_view::npos) return true;
  if (holds_url_password(value) || holds_secret_pair(value) || looks_random(value)) return true;
  return value.size() >= shortest &&
         std::ranges::any_of(shapes, [&](const Shape& shape) { return holds_shape(value, shape); });
}

}  // namespace skillrun::inline v0
