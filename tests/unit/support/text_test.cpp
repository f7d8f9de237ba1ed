#include "support/text.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace skillrun;

TEST_CASE("invalid UTF-8 is found at its first byte") {
  CHECK_FALSE(find_invalid_utf8("plain, é, €, 😀"));
  CHECK(find_invalid_utf8("ab\xff") == 2);
  CHECK(find_invalid_utf8("\xc0\xaf") == 0);          // an overlong slash
  CHECK(find_invalid_utf8("x\xed\xa0\x80") == 1);     // a surrogate
  CHECK(find_invalid_utf8("\xf4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(find_invalid_utf8("\xe2\x82") == 0);          // cut short
}

TEST_CASE("control characters are found, NUL even when others are allowed") {
  using namespace std::string_view_literals;
  CHECK_FALSE(find_control_character("text é"));
  CHECK(find_control_character("a\nb") == 1);
  CHECK_FALSE(find_control_character("a\nb\t", "\n\t"));
  CHECK(find_control_character("a\0b"sv, "\0"sv) == 1);
  CHECK(find_control_character("a\x7f") == 1);
  CHECK(find_control_character("a\xc2\x85") == 1);  // NEL, a C1 control
}

TEST_CASE("positions count code points, not bytes") {
  CHECK(position_at("ab", 0) == Position{1, 1});
  CHECK(position_at("é=1\nb", 3) == Position{1, 3});
  CHECK(position_at("é\nb", 3) == Position{2, 1});
}

TEST_CASE("printable text cannot move a terminal's cursor") {
  CHECK(printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\n");
  CHECK(printable("é\xff") == "é\\xff");
  CHECK(printable("a\u202eb\u2066c\u2028d\u200be\ufefff") == "a\\u202eb\\u2066c\\u2028d\\u200be\\ufefff");
  CHECK(printable("\u2014\u20ac\u2070") == "\u2014\u20ac\u2070");
  // Soft hyphen, Arabic letter mark, Hangul filler, Braille blank, no-break space, a tag, a variation selector.
  CHECK(printable("\u00ad\u061c\u3164\u2800\u00a0\U000e0041\ufe0f") ==
        "\\u00ad\\u061c\\u3164\\u2800\\u00a0\\U000e0041\\ufe0f");
  CHECK(printable("日本 ü \U0001f3ac") == "日本 ü \U0001f3ac");
  CHECK(printable_lines("a\tb\n\x1b[8mc\r\n") == "a\tb\n\\x1b[8mc\\r\n");
}

TEST_CASE("colours are taken off, other escapes are left to be shown") {
  CHECK(without_colors("\x1b[91;1moops\x1b[0m\x1b[m") == "oops");
  CHECK(without_colors("a\x1b[2Jb\x1b[") == "a\x1b[2Jb\x1b[");
  CHECK(without_colors("\x1b[\x1b[31mx") == "\x1b[x");
  CHECK(without_colors("") == "");
}

TEST_CASE("the closest names come first and far ones not at all") {
  constexpr std::array<std::string_view, 4> names{"ffmpeg", "ffprobe", "jq", "python"};
  CHECK(closest("ffmpg", names) == std::vector<std::string>{"ffmpeg"});
  CHECK(closest("pyton", names) == std::vector<std::string>{"python"});
  CHECK(closest("zzzzz", names).empty());
}

TEST_CASE("printable ASCII is told from everything else, wherever it stands") {
  for (std::size_t length = 0; length < 20; ++length) {
    std::string text(length, 'a');
    CHECK(is_printable_ascii(text));
    for (std::size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        text[at] = static_cast<char>(byte);
        if (is_printable_ascii(text) != (byte >= 0x20 && byte < 0x7F)) FAIL_CHECK(length, " ", at, " ", byte);
      }
      text[at] = 'a';
    }
  }
}

TEST_CASE("what is not a character is shown as an escape, as XML could not hold it") {
  CHECK(printable("a\uffffb\ufffec\ufffd") == "a\\uffffb\\ufffec\ufffd");
}

TEST_CASE("valid UTF-8 stays as it is, anything else is made printable") {
  CHECK(valid_utf8("a\n\u202e\xc3\xa9") == "a\n\u202e\xc3\xa9");
  CHECK(valid_utf8("a\n\xff") == "a\\n\\xff");
}
