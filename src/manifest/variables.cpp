#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <skillrun/manifest.hpp>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_expansion_depth = 32;
constexpr std::size_t max_references = 256;  ///< in one text: nobody needs more, and rules look at each
constexpr std::size_t max_expanded_size = std::size_t{1} << 20;

bool starts_name(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) noexcept { return starts_name(c) || (c >= '0' && c <= '9'); }

/// One pass over the text. What is not evaluated (a default that is not needed) is still checked for its syntax, and a
/// syntax error wins over a variable without a value: the first is wrong in every environment.
class Expander {
 public:
  Expander(std::string_view text, const VariableSource& variables, std::vector<Expansion>* expansions)
      : text_(text), variables_(variables), expansions_(expansions) {}

  std::expected<std::string, ExpandError> run() {
    read_text(false, true, 0);
    if (syntax_) return std::unexpected(*syntax_);
    if (undefined_) {
      undefined_->known = std::move(result_);
      return std::unexpected(std::move(*undefined_));
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool at(std::string_view token) const noexcept { return text_.substr(position_).starts_with(token); }
  [[nodiscard]] bool ended() const noexcept { return position_ >= text_.size(); }

  void fail(std::size_t offset, std::string message) {
    if (!syntax_) syntax_ = ExpandError{.message = std::move(message), .offset = offset};
  }

  void append(std::string_view piece, bool evaluate) {
    if (!evaluate) return;
    if (result_.size() + piece.size() > max_expanded_size) {
      fail(position_,
           fmt::format("the text is longer than {} bytes after its variables were expanded", max_expanded_size));
      return;
    }
    result_ += piece;
  }

  /// Reads to the end, or, inside a reference, to the `}` that closes it (which is left to the caller).
  void read_text(bool inside, bool evaluate, std::size_t depth) {
    while (!ended() && !syntax_) {
      if (inside && at("}")) return;
      if (at("$$")) {
        append("$", evaluate);
        position_ += 2;
      } else if (at("${")) {
        read_reference(evaluate, depth);
      } else {
        const std::size_t end = std::min(text_.find_first_of(inside ? "$}" : "$", position_ + 1), text_.size());
        append(text_.substr(position_, end - position_), evaluate);
        position_ = end;
      }
    }
  }

  void read_reference(bool evaluate, std::size_t depth) {
    const std::size_t begin = position_;
    if (depth >= max_expansion_depth) {
      fail(begin, fmt::format("variables are nested deeper than {} levels", max_expansion_depth));
      return;
    }
    if (++references_ > max_references) {
      fail(begin, fmt::format("there are more than {} variables in it", max_references));
      return;
    }
    position_ += 2;
    const std::string_view name = read_name();
    if (name.empty()) {
      fail(begin, ended()   ? "\"${\" is not closed with \"}\""
                  : at("}") ? "\"${}\" names no variable"
                            : fmt::format("\"{}\" cannot begin the name of a variable", character()));
      return;
    }
    bool also_when_empty = false;
    char form = 0;
    if (at(":-") || at(":?")) {
      also_when_empty = true;
      ++position_;
    }
    if (at("-") || at("?")) form = text_[position_++];
    if (form == 0 && !ended() && !at("}")) {
      fail(position_, fmt::format("\"{}\" cannot be in the name of a variable", character()));
      return;
    }
    std::optional<std::string> value;
    if (evaluate) value = variables_.lookup(name);
    const bool missing = !value || (also_when_empty && value->empty());
    const std::size_t rest = position_;
    const std::size_t entry = note(name, evaluate, !missing);
    read_text(true, evaluate && missing && form == '-', depth + 1);
    if (syntax_) return;
    if (ended()) {
      fail(begin, "\"${\" is not closed with \"}\"");
      return;
    }
    if (!missing) {
      append(*value, evaluate);
    } else if (evaluate && form != '-' && !undefined_) {
      report_undefined(name, begin, value.has_value(), text_.substr(rest, position_ - rest));
    }
    if (entry != none) (*expansions_)[entry].end = result_.size();
    ++position_;
  }

  /// Its place among the expansions; `none` where nobody wants to know, or where it is never evaluated.
  std::size_t note(std::string_view name, bool evaluate, bool has_value) {
    if (expansions_ == nullptr || !evaluate) return none;
    expansions_->push_back(
        {.variable = std::string(name), .begin = result_.size(), .end = result_.size(), .has_value = has_value});
    return expansions_->size() - 1;
  }

  std::string_view read_name() noexcept {
    const std::size_t begin = position_;
    if (!ended() && starts_name(text_[position_])) {
      while (!ended() && continues_name(text_[position_])) ++position_;
    }
    return text_.substr(begin, position_ - begin);
  }

  /// The whole character at the current place, for a message.
  [[nodiscard]] std::string character() const {
    std::size_t end = position_ + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) ++end;
    return printable(text_.substr(position_, end - position_));
  }

  void report_undefined(std::string_view name, std::size_t offset, bool empty, std::string_view message) {
    std::string text = fmt::format("the variable \"{}\" is {}", name, empty ? "empty" : "not set");
    if (!message.empty()) text += fmt::format(": {}", printable(message));
    undefined_ = ExpandError{.message = std::move(text), .offset = offset, .undefined = true, .known = {}};
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::string_view text_;
  const VariableSource& variables_;
  std::vector<Expansion>* expansions_;
  std::size_t position_ = 0;
  std::size_t references_ = 0;
  std::string result_;
  std::optional<ExpandError> syntax_;
  std::optional<ExpandError> undefined_;
};

}  // namespace

std::optional<std::string> MapVariables::lookup(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> EnvironmentVariables::lookup(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

bool Expansion::hands_over() const noexcept { return has_value && !is_built_in_variable(variable); }

bool is_built_in_variable(std::string_view name) noexcept {
  constexpr std::string_view names[] = {"SKILL_WORKDIR", "SKILL_NAME", "SKILL_DIR", "HOME", "UID", "GID", "PWD"};
  return std::ranges::find(names, name) != std::end(names);
}

std::expected<std::string, ExpandError> expand_variables(std::string_view text, const VariableSource& variables,
                                                         std::vector<Expansion>* expansions) {
  if (text.find('$') == std::string_view::npos) return std::string(text);
  return Expander(text, variables, expansions).run();
}

}  // namespace skillrun::inline v0
