#include "manifest/names.hpp"

#include <algorithm>

namespace skillrun::inline v0 {

namespace {

// Not <cctype>: that depends on the locale.
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_name_character(char c) noexcept { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

bool is_valid_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 && (is_letter(name.front()) || is_digit(name.front())) &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

bool is_environment_name(std::string_view name) noexcept {
  return !name.empty() && (is_letter(name.front()) || name.front() == '_') &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

}  // namespace skillrun::inline v0
