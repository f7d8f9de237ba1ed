#include "cli/shell_words.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::cli {

namespace {

constexpr std::string_view workdir = "${SKILL_WORKDIR}";

bool begins_name(char c) { return c == '_' || std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool in_name(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string variable(std::string_view name) {
  return name == "PWD" ? std::string(workdir) : fmt::format("${{{}}}", name);
}

struct KnownCommand {
  std::string_view words;
  std::string_view variable;
};

constexpr KnownCommand known_commands[] = {
    {"pwd", workdir},
    {"pwd -P", workdir},
    {"pwd -L", workdir},
    {"PWD", workdir},  // as make has it
    {"id -u", "${UID}"},
    {"id --user", "${UID}"},
    {"id -g", "${GID}"},
    {"id --group", "${GID}"},
    {"id -u $USER", "${UID}"},
    {"id -g $USER", "${GID}"},
    {"id -u ${USER}", "${UID}"},
    {"id -g ${USER}", "${GID}"},
};

/// What a manifest writes for the output of the command; empty where it cannot.
std::string_view output_of(std::string_view command) {
  std::string words;
  for (const std::string_view word : split(command, ' ')) {
    if (!word.empty()) words += (words.empty() ? "" : " ") + std::string(word);
  }
  const auto known = std::ranges::find(known_commands, words, &KnownCommand::words);
  return known == std::end(known_commands) ? std::string_view() : known->variable;
}

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  std::expected<std::vector<std::string>, std::string> split() {
    while (at_ < line_.size() && !error_) take(line_[at_]);
    if (error_) return std::unexpected(std::move(*error_));
    if (quote_ != '\0') return std::unexpected(fmt::format("the quote {} is not closed", quote_));
    end_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    if (quote_ == '\'') return take_single_quoted(c);
    if (c == '\\') return take_backslash();
    if (c == '$' || c == '`') return take_substitution();
    if (c == '"' || (c == '\'' && quote_ == '\0')) {
      quote_ = quote_ == c ? '\0' : c;
      in_word_ = true;
      ++at_;
      return;
    }
    if (quote_ == '\0' && c == '\n' && line_.find_first_not_of(" \t\r\n", at_) != std::string_view::npos &&
        !(words_.empty() && !in_word_)) {
      return fail("a line break ends the command; end the line with a backslash where it goes on");
    }
    if (quote_ == '\0' && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      end_word();
      ++at_;
      return;
    }
    if (quote_ == '\0' && std::string_view("|&;<>()*?[").contains(c)) {
      return fail(
          fmt::format("'{}' has a meaning to a shell that is not supported here; quote it, or leave it out", c));
    }
    if (quote_ == '\0' && c == '#' && !in_word_) return fail("a comment; leave it out");
    add(c);
  }

  void take_single_quoted(char c) {
    if (c == '\'') {
      quote_ = '\0';
      ++at_;
    } else if (c == '$') {
      add("$$");
    } else {
      add(c);
    }
  }

  void take_backslash() {
    if (at_ + 1 == line_.size()) return fail("the line ends with a backslash");
    const char next = line_[at_ + 1];
    const bool escapes = quote_ == '\0' || std::string_view("$`\"\\\n").contains(next);
    if (!escapes) return add('\\');
    ++at_;
    if (next == '\n') {
      ++at_;  // the line goes on
    } else if (next == '$') {
      add("$$");
    } else {
      add(next);
    }
  }

  void take_substitution() {
    const std::string_view rest = line_.substr(at_);
    if (rest.starts_with('`')) return take_command(rest, 1, '`');
    if (rest.starts_with("$(")) return take_command(rest, 2, ')');
    if (rest.starts_with("${")) {
      const std::size_t end = rest.find('}');
      const std::string_view name = rest.substr(2, end == std::string_view::npos ? end : end - 2);
      if (end == std::string_view::npos || name.empty() || !begins_name(name.front()) ||
          !std::ranges::all_of(name, in_name)) {
        return fail("only ${NAME} is read; write other forms out");
      }
      at_ += end;
      return add(variable(name));
    }
    if (quote_ == '\0' && rest.size() > 1 && (rest[1] == '\'' || rest[1] == '"')) {
      return fail("$'...' and $\"...\" are not supported; write plain quotes");
    }
    if (rest.size() > 1 &&
        (std::isdigit(static_cast<unsigned char>(rest[1])) != 0 || std::string_view("$!?-#*@").contains(rest[1]))) {
      return fail(fmt::format("${} is known only to a shell; write it out", rest[1]));
    }
    std::size_t end = 1;
    if (rest.size() > 1 && begins_name(rest[1])) {
      while (end < rest.size() && in_name(rest[end])) ++end;
    }
    if (end == 1) return add("$$");
    const std::string name = variable(rest.substr(1, end - 1));
    at_ += end - 1;
    add(name);
  }

  /// A command of which a manifest has the output as a variable; any other only a shell can run.
  void take_command(std::string_view rest, std::size_t begin, char closing) {
    const std::size_t end = rest.find(closing, begin);
    const std::string_view value = end == std::string_view::npos ? "" : output_of(rest.substr(begin, end - begin));
    if (value.empty()) return fail("only a shell knows a command's output; write it out");
    at_ += end;
    add(value);
  }

  /// Adds to the word and moves on by one character of the line.
  void add(char c) { add(std::string_view(&c, 1)); }
  void add(std::string_view text) {
    word_ += text;
    in_word_ = true;
    ++at_;
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  void fail(std::string why) { error_ = std::move(why); }

  std::string_view line_;
  std::size_t at_ = 0;
  char quote_ = '\0';
  bool in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
  std::optional<std::string> error_;
};

}  // namespace

std::expected<std::vector<std::string>, std::string> split_shell_line(std::string_view line) {
  if (const auto control = find_control_character(line, "\t\n\r")) {
    return std::unexpected(fmt::format("a control character at byte {}", *control + 1));
  }
  if (const auto invalid = find_invalid_utf8(line)) {
    return std::unexpected(fmt::format("a byte that is not UTF-8, byte {}", *invalid + 1));
  }
  return Splitter(line).split();
}

}  // namespace skillrun::cli
