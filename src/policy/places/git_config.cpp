#include "policy/places/git_config.hpp"

#include <algorithm>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_key(char c) noexcept { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; }
/// Reads the grammar of git-config(1), "Syntax". git refuses a file with a fault in any line; here the line is passed
/// over.
class ConfigReader {
 public:
  ConfigReader(std::string_view text, std::string_view section, std::string_view key)
      : text_(text), wanted_(section), key_(key) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  std::vector<std::string> values() && {
    while (at_ < text_.size()) {
      if (is_blank(peek()) || peek() == '\n') {
        ++at_;
      } else if (peek() == '[') {
        skip_section();
      } else if (is_letter(peek())) {
        read_entry();
      } else {
        skip_line();
      }
    }
    return std::move(values_);
  }

 private:
  [[nodiscard]] char peek() const { return text_[at_]; }
  [[nodiscard]] bool at_line_end() const {
    return at_ >= text_.size() || peek() == '\n' || text_.substr(at_).starts_with("\r\n");
  }
  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  /// An entry may stand behind the section on its line.
  void skip_section() {
    section_.clear();
    for (++at_; at_ < text_.size() && is_key(peek()); ++at_) section_ += ascii_lower(peek());
    bool quoted = false;
    for (; !at_line_end(); ++at_) {
      if (quoted && peek() == '\\' && at_ + 1 < text_.size()) {
        ++at_;
      } else if (peek() == '"') {
        quoted = !quoted;
      } else if (peek() == ']' && !quoted) {
        ++at_;
        return;
      }
    }
  }

  void read_entry() {
    std::string key;
    for (; at_ < text_.size() && is_key(peek()); ++at_) key += ascii_lower(peek());
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t')) ++at_;
    if (at_ >= text_.size() || peek() != '=') return skip_line();
    ++at_;
    read_value();
    if (key != key_ || !section_.starts_with(wanted_)) return;
    add(value_);
    add(spaced_);
  }

  void read_value() {
    value_.clear();
    spaced_.clear();
    bool quoted = false;
    std::string blanks;
    while (!at_line_end()) {
      const char c = text_[at_++];
      if (is_blank(c) && !quoted) {
        if (!value_.empty()) blanks += c;
        continue;
      }
      if (!quoted && (c == ';' || c == '#')) return skip_line();
      value_ += blanks;
      spaced_.append(blanks.size(), ' ');
      blanks.clear();
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\') {
        read_escape();
      } else {
        put(c);
      }
    }
  }

  void read_escape() {
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    if (at_ >= text_.size()) return;
    switch (const char c = text_[at_++]) {
      case '\n': return;
      case 'n': return put('\n');
      case 't': return put('\t');
      case 'b': return put('\b');
      default: put(c);
    }
  }

  void put(char c) {
    value_ += c;
    spaced_ += c;
  }

  void add(const std::string& value) {
    if (std::ranges::find(values_, value) == values_.end()) values_.push_back(value);
  }

  std::string_view text_;
  std::string_view wanted_;
  std::string_view key_;
  std::size_t at_ = 0;
  std::string section_;
  std::string value_;
  std::string spaced_;  ///< the same as older versions of git read it, which make spaces of blanks within a value
  std::vector<std::string> values_;
};

}  // namespace

std::vector<std::string> git_config_values(std::string_view text, std::string_view section, std::string_view key) {
  return ConfigReader(text, section, key).values();
}

}  // namespace skillrun::inline v0
