#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/global_options.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace skillrun::cli {

/// An option and the value that followed it.
using GivenOption = std::pair<std::string, std::string>;

/// An option that was declared.
class DeclaredOption {
 public:
  explicit DeclaredOption(CLI::Option* option) : option_(option) {}

  DeclaredOption& required();
  DeclaredOption& excludes(const DeclaredOption& other);
  DeclaredOption& needs(const DeclaredOption& other);
  /// The variable that sets it, too; the option wins.
  DeclaredOption& environment(const char* variable);

 private:
  friend class OptionSet;
  CLI::Option* option_;
};

/// The options of the program or of one command, as completion, the manual page and --help show them. What they are
/// bound to is written when the command line is read, and must live until then.
class OptionSet {
 public:
  explicit OptionSet(CLI::App& app) : app_(&app) {}

  DeclaredOption flag(const std::string& names, bool& value, const std::string& help);
  /// Counts how often it is given.
  DeclaredOption count(const std::string& names, int& value, const std::string& help);
  DeclaredOption text(const std::string& names, std::string& value, const std::string& placeholder,
                      const std::string& help);
  DeclaredOption text(const std::string& names, std::optional<std::string>& value, const std::string& placeholder,
                      const std::string& help);
  /// May be repeated, with one value each time.
  DeclaredOption list(const std::string& names, std::vector<std::string>& values, const std::string& placeholder,
                      const std::string& help);
  /// The same, where every value is one of these words.
  DeclaredOption list(const std::string& names, std::vector<std::string>& values, const std::vector<std::string>& words,
                      const std::string& placeholder, const std::string& help);
  /// One of these words.
  DeclaredOption word(const std::string& names, std::string& value, const std::vector<std::string>& words,
                      const std::string& placeholder, const std::string& help);
  /// One of these words, each of which stands for a value.
  template <class T>
  DeclaredOption choice(const std::string& names, T& value, const std::vector<std::pair<std::string, T>>& choices,
                        const std::string& placeholder, const std::string& help) {
    std::vector<std::string> words;
    words.reserve(choices.size());
    for (const auto& [name, unused] : choices) words.push_back(name);
    std::string& given = words_.emplace_back();
    conversions_.emplace_back([&value, &given, choices] {
      for (const auto& [name, meaning] : choices) {
        if (name == given) value = meaning;
      }
    });
    return word(names, given, words, placeholder, help);
  }
  /// --format text|json, as most commands have it.
  DeclaredOption format(OutputFormat& value);

  DeclaredOption positional(const std::string& name, std::string& value, const std::string& help = {});
  DeclaredOption positionals(const std::string& name, std::vector<std::string>& values, int least, int most,
                             const std::string& help = {});
  DeclaredOption positionals(const std::string& name, std::vector<std::string>& values,
                             const std::vector<std::string>& words, const std::string& help);

  void alias(const std::string& name);
  void footer(const std::string& text);
  /// Everything that follows the first positional and is not an option of this command, untouched; so is -h. To be
  /// called before options are declared.
  void rest(std::vector<std::string>& words);
  /// The options in the order of the command line, where that has a meaning.
  void in_order(std::vector<GivenOption>& given) { given_ = &given; }

  /// To be called once the command line was read: completes what is bound.
  void finish();
  [[nodiscard]] std::vector<std::string>* rest() const noexcept { return rest_; }
  [[nodiscard]] CLI::App& app() const noexcept { return *app_; }

 private:
  CLI::App* app_;
  std::deque<std::string> words_;
  std::vector<std::function<void()>> conversions_;
  std::vector<std::string>* rest_ = nullptr;
  std::vector<GivenOption>* given_ = nullptr;
};

}  // namespace skillrun::cli
