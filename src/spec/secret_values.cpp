#include "spec/secret_values.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace skillrun::inline v0 {

namespace {

/// What the last part of a secret's name ends with: PASSWORD, PGPASSWORD, MYAPIKEY.
constexpr std::string_view nouns[] = {"PASSWORD", "PASSWD",     "PASSPHRASE",  "SECRET",    "SECRETS",   "TOKEN",
                                      "APIKEY",   "CREDENTIAL", "CREDENTIALS", "SECRETKEY", "PRIVATEKEY"};

/// What is a secret only as a part of its own: DB_PASS is one, BYPASS is none.
constexpr std::string_view whole_nouns[] = {"PASS", "PW", "CRED", "CREDS", "DSN"};

/// What a key is for, where whoever has it can act with it: API_KEY, and not PRIMARY_KEY or PUBLIC_KEY.
constexpr std::string_view key_uses[] = {"ACCESS",  "ACCOUNT", "ADMIN",   "API",    "APP",     "AUTH",    "COOKIE",
                                         "CRYPT",   "DEPLOY",  "ENCRYPT", "HMAC",   "JWT",     "LICENSE", "MASTER",
                                         "PRIVATE", "SECRET",  "SESSION", "SHARED", "SIGNING", "STORAGE", "ENCRYPTION"};

/// Names of more than one part, by their ends.
constexpr std::string_view endings[] = {"SECRET_KEY_BASE", "ACCESS_KEY_ID", "REDISCLI_AUTH"};

enum class Letters : std::uint8_t { upper_digits, word, word_dash };

/// A token of a known issuer: a fixed beginning, then at least `length` characters.
struct Shape {
  std::string_view prefix;
  std::size_t length;
  Letters letters;
};

constexpr Shape shapes[] = {
    {"AKIA", 16, Letters::upper_digits}, {"ASIA", 16, Letters::upper_digits}, {"ghp_", 30, Letters::word},
    {"gho_", 30, Letters::word},         {"ghu_", 30, Letters::word},         {"ghs_", 30, Letters::word},
    {"ghr_", 30, Letters::word},         {"github_pat_", 22, Letters::word},  {"glpat-", 20, Letters::word_dash},
    {"xoxb-", 20, Letters::word_dash},   {"xoxp-", 20, Letters::word_dash},   {"xoxa-", 20, Letters::word_dash},
    {"AIza", 35, Letters::word_dash},    {"sk_live_", 16, Letters::word},     {"rk_live_", 16, Letters::word},
    {"sk-", 32, Letters::word_dash},     {"npm_", 36, Letters::word},         {"hf_", 30, Letters::word},
    {"pypi-", 40, Letters::word_dash},   {"dop_v1_", 40, Letters::word},      {"eyJhbGciOi", 40, Letters::word_dash},
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
  return (c >= 'a' && c <= 'z') || c == '_' || (letters == Letters::word_dash && c == '-');
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

constexpr char to_upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool ends_with_ignoring_case(std::string_view text, std::string_view upper) noexcept {
  return text.size() >= upper.size() &&
         std::ranges::equal(text.substr(text.size() - upper.size()), upper, {}, to_upper);
}

constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

constexpr bool is_letter(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

constexpr bool is_letter_or_digit(char c) noexcept { return is_letter(c) || (c >= '0' && c <= '9'); }

/// Takes the last part off a name: what stands between separators, or from the last hump of camel case on. Numbers say
/// nothing.
std::string_view take_part(std::string_view& name) noexcept {
  while (!name.empty() && !is_letter(name.back())) name.remove_suffix(1);
  std::size_t begin = name.size();
  while (begin > 0 && is_letter_or_digit(name[begin - 1])) {
    --begin;
    const bool hump = begin > 0 && is_lower(name[begin - 1]) && !is_lower(name[begin]);
    if (hump) break;
  }
  const std::string_view part = name.substr(begin);
  name = name.substr(0, begin);
  return part;
}

bool is_one_of(std::string_view part, std::span<const std::string_view> words) noexcept {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return part.size() == word.size() && ends_with_ignoring_case(part, word); });
}

}  // namespace

bool is_secret_name(std::string_view name) noexcept {
  const auto ends_whole = [&](std::string_view ending) {
    return ends_with_ignoring_case(name, ending) &&
           (name.size() == ending.size() || name[name.size() - ending.size() - 1] == '_');
  };
  if (std::ranges::any_of(endings, ends_whole)) return true;
  std::string_view before = name;
  const std::string_view last = take_part(before);
  if (is_one_of(last, whole_nouns)) return true;
  constexpr std::string_view folder_or_password[] = {"PWD"};
  if (is_one_of(last, folder_or_password)) return !before.empty();
  constexpr std::string_view key[] = {"KEY"};
  if (is_one_of(last, key)) return is_one_of(take_part(before), key_uses);
  // Humps may be anywhere in a word: passWord.
  std::string_view stretch = name.substr(0, before.size() + last.size());
  const auto separator = std::ranges::find_if_not(stretch.rbegin(), stretch.rend(), is_letter_or_digit);
  stretch.remove_prefix(static_cast<std::size_t>(stretch.rend() - separator));
  return std::ranges::any_of(nouns, [&](std::string_view noun) { return ends_with_ignoring_case(stretch, noun); });
}

bool has_secret_shape(std::string_view value) noexcept {
  const std::size_t begin = value.find("-----BEGIN ");
  if (begin != std::string_view::npos && value.find("PRIVATE KEY", begin) != std::string_view::npos) return true;
  if (holds_url_password(value)) return true;
  return value.size() >= shortest &&
         std::ranges::any_of(shapes, [&](const Shape& shape) { return holds_shape(value, shape); });
}

bool is_plain_value(std::string_view value) noexcept {
  constexpr std::string_view switches[] = {"", "0", "1", "TRUE", "FALSE", "YES", "NO", "ON", "OFF", "NONE", "NULL"};
  const auto is_switch = [&](std::string_view word) {
    return word.size() == value.size() && ends_with_ignoring_case(value, word);
  };
  if (std::ranges::any_of(switches, is_switch)) return true;
  return value.starts_with('/') && value.find_first_of("+= ") == std::string_view::npos &&
         value.find('/', 1) != std::string_view::npos;
}

}  // namespace skillrun::inline v0
