#include "cli/command_table.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/describe_app.hpp"

namespace skillrun::cli {

namespace {

ArgumentEntry describe(const CLI::Option& option) {
  ArgumentEntry entry;
  if (option.get_positional()) {
    entry.names.push_back(option.get_name(true));
  } else {
    for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
    if (option.get_items_expected_max() > 0) entry.value = option.get_type_name();
  }
  entry.help = option.get_description();
  entry.words = listed_words(entry.help);
  entry.environment = option.get_envname();
  entry.required = option.get_required();
  entry.repeatable = option.get_items_expected_max() > 1;
  return entry;
}

bool is_word(std::string_view text) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

}  // namespace

bool ArgumentEntry::is_called(std::string_view name) const noexcept {
  return std::ranges::find(names, name) != names.end();
}

const CommandEntry* CommandEntry::find_command(std::string_view word) const noexcept {
  const auto found = std::ranges::find_if(commands, [&](const CommandEntry& command) {
    return command.name == word || std::ranges::find(command.aliases, word) != command.aliases.end();
  });
  return found == commands.end() ? nullptr : &*found;
}

const ArgumentEntry* CommandEntry::find_option(std::string_view word) const noexcept {
  const auto found = std::ranges::find_if(options, [&](const ArgumentEntry& option) { return option.is_called(word); });
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> listed_words(std::string_view help) {
  for (const std::string_view end : {" (", ";", ": "}) help = help.substr(0, help.find(end));
  std::vector<std::string> words;
  std::size_t entries = 0;
  while (!help.empty()) {
    const std::size_t comma = help.find(", ");
    const std::size_t last = help.find(" or ");
    const std::size_t end = std::min({comma, last, help.size()});
    const std::string_view entry = help.substr(0, end);
    if (entry.empty() || entry.contains(' ')) return {};
    if (is_word(entry)) words.emplace_back(entry);
    ++entries;
    if (end == help.size()) break;
    help.remove_prefix(end + (end == comma ? 2 : 4));
  }
  return entries > 1 ? words : std::vector<std::string>();
}

CommandEntry describe(const CLI::App& app) {
  CommandEntry entry;
  entry.name = app.get_name();
  entry.aliases = app.get_aliases();
  entry.help = app.get_description();
  entry.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    (option->get_positional() ? entry.positionals : entry.options).push_back(describe(*option));
  }
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (!command->get_group().empty()) entry.commands.push_back(describe(*command));
  }
  return entry;
}

}  // namespace skillrun::cli
