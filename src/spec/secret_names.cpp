#include <algorithm>
#include <span>

#include "spec/open_url.hpp"
#include "spec/secret_values.hpp"

namespace skillrun::inline v0 {

namespace {

/// What the last part of a secret's name ends with: PASSWORD, PGPASSWORD, MYAPIKEY.
constexpr std::string_view nouns[] = {"PASSWORD", "PASSWD",     "PASSPHRASE",  "SECRET",    "SECRETS",   "TOKEN",
                                      "APIKEY",   "CREDENTIAL", "CREDENTIALS", "SECRETKEY", "PRIVATEKEY"};

/// What is a secret only as a part of its own: DB_PASS is one, BYPASS is none.
constexpr std::string_view whole_nouns[] = {"PASS", "PW", "CRED", "CREDS", "DSN", "PAT", "SALT"};

/// What is one only behind whose it is: DB_PWD and STRIPE_SK, where PWD alone is a folder and SK a country.
constexpr std::string_view owned_nouns[] = {"PWD", "SK"};

/// Whose such a word may be without a separator: USERPASS, ROOTPW.
constexpr std::string_view holders[] = {"ADMIN", "DB",   "FTP",   "LDAP", "LOGIN", "MAIL", "MY",   "MYSQL",
                                        "PG",    "ROOT", "REDIS", "SMTP", "SQL",   "USER", "HTTP", "ACCOUNT"};

/// What a key is for, where whoever has it can act with it: API_KEY, and not PRIMARY_KEY or PUBLIC_KEY.
constexpr std::string_view key_uses[] = {
    "ACCESS",      "ACCOUNT", "ADMIN",  "ANON",   "API",        "APP",    "AUTH",    "COOKIE",  "CREDENTIAL",
    "CREDENTIALS", "CRYPT",   "DEPLOY", "ENC",    "ENCRYPTION", "FERNET", "HMAC",    "JWT",     "LICENSE",
    "MASTER",      "PRIVATE", "ROLE",   "SECRET", "SESSION",    "SHARED", "SIGNING", "STORAGE", "ENCRYPT"};

/// Whose cookie is what they know each other by, and no name or setting of a browser's: ERLANG_COOKIE.
constexpr std::string_view cookie_holders[] = {"CLUSTER", "ERLANG", "MAGIC", "NODE", "RELEASE"};

/// How somebody may be authenticated: switches' words, schemes of HTTP, mechanisms of SASL and methods of databases.
constexpr std::string_view ways_to_authenticate[] = {
    "ANONYMOUS", "AUTO",     "BASIC",  "BEARER",   "CERT",     "CRAM-MD5",    "DEFAULT",       "DIGEST",
    "DISABLED",  "ENABLED",  "FILE",   "GSSAPI",   "HEADER",   "HTPASSWD",    "IDENT",         "INTERNAL",
    "JWT",       "KERBEROS", "LDAP",   "LOCAL",    "LOGIN",    "MD5",         "MUTUAL",        "NEGOTIATE",
    "NTLM",      "OAUTH",    "OAUTH2", "OIDC",     "OPTIONAL", "PAM",         "PASSWORD",      "PEER",
    "PLAIN",     "PROXY",    "REJECT", "REQUIRED", "SAML",     "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
    "SIMPLE",    "TOKEN",    "TRUST",  "XOAUTH2"};

/// Names of more than one part, by their ends.
constexpr std::string_view endings[] = {"SECRET_KEY_BASE", "ACCESS_KEY_ID", "REDISCLI_AUTH"};

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

/// A word that says a secret behind the name of whose it is.
bool is_glued(std::string_view part) noexcept {
  constexpr std::string_view words[] = {"PASS", "PW", "PWD", "CRED", "CREDS"};
  return std::ranges::any_of(words, [&](std::string_view word) {
    return part.size() > word.size() && ends_with_ignoring_case(part, word) &&
           is_one_of(part.substr(0, part.size() - word.size()), holders);
  });
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
  if (is_one_of(last, whole_nouns) || is_glued(last)) return true;
  if (is_one_of(last, owned_nouns)) return !before.empty();
  constexpr std::string_view cookie[] = {"COOKIE"};
  if (is_one_of(last, cookie)) return is_one_of(take_part(before), cookie_holders);
  constexpr std::string_view key[] = {"KEY"};
  if (is_one_of(last, key)) return is_one_of(take_part(before), key_uses);
  // Humps may be anywhere in a word: passWord.
  std::string_view stretch = name.substr(0, before.size() + last.size());
  const auto separator = std::ranges::find_if_not(stretch.rbegin(), stretch.rend(), is_letter_or_digit);
  stretch.remove_prefix(static_cast<std::size_t>(stretch.rend() - separator));
  return std::ranges::any_of(nouns, [&](std::string_view noun) { return ends_with_ignoring_case(stretch, noun); });
}

bool is_secret(std::string_view name, std::string_view value) noexcept {
  constexpr std::string_view connection[] = {"DSN"};
  constexpr std::string_view authentication[] = {"AUTH"};
  if (is_plain_value(value)) return false;
  std::string_view before = name;
  const std::string_view last = take_part(before);
  if (is_one_of(last, connection)) return !is_open_url(value);
  if (is_one_of(last, authentication)) return !is_open_url(value) && !is_one_of(value, ways_to_authenticate);
  return is_secret_name(name);
}

bool may_be_secret(std::string_view name, std::string_view value) noexcept {
  return is_secret(name, value) || (is_secret_name(name) && !is_plain_value(value));
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
