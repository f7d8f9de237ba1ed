#include "report/html/text.hpp"

#include <fmt/format.h>

#include "report/lint_formats.hpp"

namespace skillrun::inline v0 {

std::string html_text(std::string_view text, std::size_t most) {
  if (text.size() <= most) return xml_text(text);
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (count++ == most) return xml_text(text.substr(0, i)) + "\u2026";
  }
  // Stray continuation bytes are shown as escapes and are not characters.
  return xml_text(text.substr(0, most * 4)) + (text.size() > most * 4 ? "\u2026" : "");
}

std::string fragment_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (plain) {
      value += c;
    } else {
      value += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return value;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace skillrun::inline v0
