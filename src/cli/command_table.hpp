#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skillrun::cli {

/// An option or a positional word of a command.
struct ArgumentEntry {
  std::vector<std::string> names;  ///< "-p", "--policy"; of a positional its one name, such as "SKILL"
  std::string value;               ///< what it takes, such as "FILE|DIR"; empty for a flag and for a positional
  std::string help;
  std::vector<std::string> words;  ///< the values that the help lists; empty: others
  std::string environment;         ///< the variable that sets it too
  bool required = false;
  bool repeatable = false;

  [[nodiscard]] bool takes_value() const noexcept { return !value.empty(); }
  [[nodiscard]] bool is_called(std::string_view name) const noexcept;
};

/// A command as the parser knows it: what completion and the manual page are made from.
struct CommandEntry {
  std::string name;  ///< its own word; of the program "skillrun"
  std::vector<std::string> aliases;
  std::string help;
  std::string footer;
  std::vector<ArgumentEntry> options;
  std::vector<ArgumentEntry> positionals;
  std::vector<CommandEntry> commands;

  [[nodiscard]] const CommandEntry* find_command(std::string_view word) const noexcept;
  /// The option of that name ("-p", "--policy"), or null.
  [[nodiscard]] const ArgumentEntry* find_option(std::string_view word) const noexcept;
};

/// The program with everything that its command line takes.
[[nodiscard]] CommandEntry command_table();

/// The words that a help text lists: "auto, always or never (default: auto)", "error or never: what
/// fails". What is not a word by itself, such as
/// cli:PATH, is left out; nothing when the text is not a list.
[[nodiscard]] std::vector<std::string> listed_words(std::string_view help);

}  // namespace skillrun::cli
