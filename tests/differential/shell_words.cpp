#include "shell_words.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace differential {

namespace {

bool is_plain(unsigned char byte) {
  return std::isalnum(byte) != 0 ||
         std::string_view("-_=:/.,@%+").find(static_cast<char>(byte)) != std::string_view::npos;
}

bool is_printable(unsigned char byte) { return byte >= 0x20 && byte != 0x7F; }

std::string quoted(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
  if (std::ranges::all_of(word, is_printable) && word.find('\'') == std::string::npos) return "'" + word + "'";
  std::string out = "$'";
  for (const char byte : word) {
    if (byte == '\'' || byte == '\\') out += '\\';
    if (is_printable(static_cast<unsigned char>(byte))) {
      out += byte;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return out + "'";
}

/// Reads $'...' from `at` (behind the quote) on. Knows \\, \', \n, \t, \r and \xHH.
bool read_escaped(std::string_view line, std::size_t& at, std::string& word) {
  while (at < line.size() && line[at] != '\'') {
    if (line[at] != '\\') {
      word += line[at++];
      continue;
    }
    if (at + 1 >= line.size()) return false;
    const char code = line[at + 1];
    at += 2;
    if (code == 'x') {
      unsigned value = 0;
      const std::string_view digits = line.substr(at, 2);
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (read.ec != std::errc()) return false;
      at += static_cast<std::size_t>(read.ptr - digits.data());
      word += static_cast<char>(value);
    } else {
      word += code == 'n' ? '\n' : code == 't' ? '\t' : code == 'r' ? '\r' : code;
    }
  }
  return at++ < line.size();
}

}  // namespace

std::string shell_quoted(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    out += quoted(word);
  }
  return out;
}

std::optional<std::vector<std::string>> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && line[at] == ' ') ++at;
    if (at == line.size()) return words;
    std::string word;
    while (at < line.size() && line[at] != ' ') {
      if (line.substr(at).starts_with("$'")) {
        at += 2;
        if (!read_escaped(line, at, word)) return std::nullopt;
      } else if (line[at] == '\'') {
        const std::size_t end = line.find('\'', at + 1);
        if (end == std::string_view::npos) return std::nullopt;
        word += line.substr(at + 1, end - at - 1);
        at = end + 1;
      } else {
        word += line[at++];
      }
    }
    words.push_back(std::move(word));
  }
}

}  // namespace differential
