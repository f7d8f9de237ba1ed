#include "cli/options.hpp"

#include <algorithm>
#include <deque>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <skillrun/version.hpp>

#include "cli/describe_app.hpp"
#include "cli/run_options.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// Commands of the documented interface that this version does not have. Their names are reserved, so that a skill
/// never changes its meaning when they arrive.
constexpr std::string_view reserved_commands[] = {"session"};

void declare_global_options(OptionSet& options, GlobalOptions& global) {
  options.list("-m,--manifest", global.manifests, "FILE|DIR", "Read manifests from this file or folder (repeatable)");
  options.list("-p,--policy", global.policies, "FILE|NAME", "Judge by this policy: a file or a built-in name")
      .environment("SKILLRUN_POLICY");
  options
      .text("--engine", global.engine, "ENGINE",
            "auto, docker, podman, native[:RUNTIME], cli:PATH, unix:///SOCKET, tcp://HOST:PORT or ssh://USER@HOST "
            "(default: "
            "auto)")
      .environment("SKILLRUN_ENGINE");
  options
      .choice<ColorMode>("--color", global.color,
                         {{"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}},
                         "WHEN", "auto, always or never (default: auto)")
      .environment("SKILLRUN_COLOR");
  options.count("-v,--verbose", global.verbose, "Say what is being done; twice: each engine request");
  options.flag("-q,--quiet", global.quiet, "Print only errors");
  options
      .choice<OutputFormat>("--log-format", global.log_format,
                            {{"text", OutputFormat::text}, {"json", OutputFormat::json}}, "FORMAT",
                            "text or json (default: text)")
      .environment("SKILLRUN_LOG_FORMAT");
  options.text("--log-file", global.log_file, "FILE", "Write the log to this file instead of standard error")
      .environment("SKILLRUN_LOG_FILE");
}

/// A command in the parser.
struct DeclaredCommand {
  Command command;
  OptionSet options;
};

class Parser {
 public:
  Parser() : app_("Runs container skills that a policy has admitted.", "skillrun"), global_options_(app_) {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "Print this help and exit");
    app_.set_version_flag("--version", fmt::format("skillrun {}", version));
    app_.footer(
        "SKILL[@INSTANCE] [RUN OPTIONS] [--] ARGS... is short for `skillrun run`.\n"
        "Everything after the skill's name and run options goes to the skill untouched.\n\n"
        "Example: skillrun ffmpeg -- -version");
    declare_global_options(global_options_, global_);
    std::vector<Command> commands;
    for (const CommandFactory make : command_factories()) commands.push_back(make());
    std::ranges::sort(commands, {}, [](const Command& command) {
      return std::pair(command.name.contains(' '), command.place);  // what stands inside of another comes after it
    });
    for (Command& command : commands) add(std::move(command));
  }

  [[nodiscard]] CommandEntry table() const { return describe(app_); }

  std::expected<Invocation, ParseExit> parse(std::vector<std::string> words) {
    const std::size_t command_at = first_positional(words, 0, app_);
    if (command_at < words.size()) {
      const std::string word = words[command_at];
      if (std::ranges::find(reserved_commands, word) != std::end(reserved_commands)) {
        return std::unexpected(usage(
            fmt::format("this version has no command {}; a skill of that name runs as `skillrun run {}`", word, word)));
      }
      const bool short_form = find_command(word) == nullptr;
      if (short_form) words.insert(words.begin() + static_cast<std::ptrdiff_t>(command_at), "run");
      named_ = find_command(words[command_at]);
      if (short_form)
        (*std::any_cast<std::shared_ptr<RunRequest>>(&named_->command.request))->commands = near_commands(word);
      split_skill_arguments(words, command_at);
    }
    return parse_own(std::move(words));
  }

 private:
  /// One whose name has two words stands inside of the one of the first word.
  void add(Command command) {
    const std::size_t space = command.name.find(' ');
    CLI::App* parent = &app_;
    if (space != std::string_view::npos) parent = app_.get_subcommand(std::string(command.name.substr(0, space)));
    const std::string name(command.name.substr(space + 1));
    CLI::App& app = *parent->add_subcommand(name, std::string(command.help));
    DeclaredCommand& added = commands_.emplace_back(std::move(command), OptionSet(app));
    if (added.command.declare) added.command.declare(added.options);
    if (!added.command.run) app.require_subcommand(1);
  }

  DeclaredCommand* find_command(const std::string& name) {
    const auto found = std::ranges::find_if(commands_, [&](const DeclaredCommand& declared) {
      const CLI::App& app = declared.options.app();
      return app.get_parent() == &app_ && app.check_name(name);
    });
    return found == commands_.end() ? nullptr : &*found;
  }

  DeclaredCommand& declared(const CLI::App& app) {
    return *std::ranges::find(commands_, &app, [](const DeclaredCommand& one) { return &one.options.app(); });
  }

  /// The commands that are near a word, if any.
  [[nodiscard]] std::vector<std::string> near_commands(const std::string& word) const {
    std::vector<std::string_view> names;
    for (const DeclaredCommand& declared : commands_) {
      if (!declared.command.name.contains(' ')) names.push_back(declared.command.name);
    }
    return closest(word, names, 2);
  }

  /// The option that `word` names in `command` or in the global options, if any.
  const CLI::Option* option_of(std::string_view word, const CLI::App& command, bool with_global) const {
    std::string name(word.substr(0, word.starts_with("--") ? word.find('=') : 2));
    if (const CLI::Option* option = command.get_option_no_throw(name)) return option;
    return with_global ? app_.get_option_no_throw(name) : nullptr;
  }

  static bool takes_next_word(const CLI::Option& option, std::string_view word) {
    if (option.get_items_expected_max() == 0) return false;
    return word.starts_with("--") ? word.find('=') == std::string_view::npos : word.size() == 2;
  }

  /// The index of the first word from `at` that is neither an option of `command` (or a global one) nor its value.
  std::size_t first_positional(const std::vector<std::string>& words, std::size_t at, const CLI::App& command) const {
    while (at < words.size() && words[at].size() > 1 && words[at].front() == '-' && words[at] != "--") {
      const CLI::Option* option = option_of(words[at], command, true);
      at += option != nullptr && takes_next_word(*option, words[at]) ? 2U : 1U;
    }
    return at;
  }

  /// Cuts the skill's own words off, where the command takes some: everything after SKILL that is not an option of it.
  void split_skill_arguments(std::vector<std::string>& words, std::size_t command_at) {
    if (named_->options.rest() == nullptr) return;
    const CLI::App& command = named_->options.app();
    std::size_t at = first_positional(words, command_at + 1, command);
    if (at >= words.size() || words[at] == "--") return;
    ++at;
    while (at < words.size() && words[at].size() > 1 && words[at].front() == '-' && words[at] != "--") {
      const CLI::Option* option = option_of(words[at], command, false);
      if (option == nullptr) break;
      at += takes_next_word(*option, words[at]) ? 2U : 1U;
    }
    at = std::min(at, words.size());
    const bool separator = at < words.size() && words[at] == "--";
    named_->options.rest()->assign(words.begin() + static_cast<std::ptrdiff_t>(at + (separator ? 1 : 0)), words.end());
    words.resize(at);
  }

  /// True when the option is there, which it is not for the variable that stands for it.
  static bool names_engine(const std::vector<std::string>& words) {
    const auto end = std::ranges::find(words, "--");
    return std::any_of(words.begin(), end,
                       [](const std::string& word) { return word == "--engine" || word.starts_with("--engine="); });
  }

  std::expected<Invocation, ParseExit> parse_own(std::vector<std::string> words) {
    global_.engine_given = names_engine(words);
    try {
      std::ranges::reverse(words);
      app_.parse(std::move(words));
    } catch (const CLI::Success& success) {
      std::ostringstream out;
      std::ostringstream err;
      app_.exit(success, out, err);
      return std::unexpected(ParseExit{.status = ExitStatus::success, .output = out.str(), .error = {}});
    } catch (const CLI::Error& error) {
      return std::unexpected(usage(error.what()));
    }
    const CLI::App* chosen = app_.get_subcommands().front();
    while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
    DeclaredCommand& command = declared(*chosen);
    global_options_.finish();
    command.options.finish();
    if (command.command.check) {
      if (const auto error = command.command.check()) return std::unexpected(usage(*error));
    }
    return Invocation{.global = std::move(global_), .command = std::move(command.command)};
  }

  [[nodiscard]] ParseExit usage(std::string_view message) const {
    const bool own = named_ != nullptr && named_->command.wrong_usage != failed;
    return {.status = own ? named_->command.wrong_usage : failed,
            .output = {},
            .error = fmt::format("skillrun: {}; see `skillrun {}--help`\n", printable(message),
                                 own ? fmt::format("{} ", named_->command.name) : "")};
  }

  CLI::App app_;
  GlobalOptions global_;
  OptionSet global_options_;
  std::deque<DeclaredCommand> commands_;
  const DeclaredCommand* named_ = nullptr;
};

}  // namespace

CommandEntry command_table() { return Parser().table(); }

std::expected<Invocation, ParseExit> parse_command_line(std::vector<std::string> words) {
  return Parser().parse(std::move(words));
}

}  // namespace skillrun::cli
