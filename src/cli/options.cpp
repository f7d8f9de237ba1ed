#include "cli/options.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <skillrun/version.hpp>

#include "cli/describe_app.hpp"
#include "cli/exit_status.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace {

/// Commands of the documented interface that this version does not have. Their names are reserved, so that a skill
/// never changes its meaning when they arrive.
constexpr std::string_view reserved_commands[] = {"session"};

const std::map<std::string, ColorMode> color_modes{
    {"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}};
const std::map<std::string, Severity> fail_levels{
    {"error", Severity::error}, {"warning", Severity::warning}, {"info", Severity::info}, {"never", Severity::off}};
const std::map<std::string, bool> switch_words{{"on", true}, {"off", false}};
constexpr LintFormat lint_formats[] = {LintFormat::text,       LintFormat::json,   LintFormat::sarif,
                                       LintFormat::github,     LintFormat::gitlab, LintFormat::junit,
                                       LintFormat::checkstyle, LintFormat::html};
const std::map<std::string, OutputFormat> output_formats{{"text", OutputFormat::text}, {"json", OutputFormat::json}};

struct RunFlags {
  std::string skill_word;
  bool tty = false;
  bool no_tty = false;
  bool no_stdin = false;
  bool keep = false;
  std::string timeout;
  std::string pull;
  std::string max_output;
};

struct LintFlags {
  std::string fail_on;
  std::vector<std::string> formats;
  std::vector<std::string> files;
};

template <std::size_t Size>
std::vector<std::string> names_of(const LintFormat (&formats)[Size]) {
  std::vector<std::string> names;
  for (const LintFormat format : formats) names.emplace_back(to_string(format));
  return names;
}

class Parser {
 public:
  Parser() : app_("Runs container skills that a policy has admitted.", "skillrun") {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "Print this help and exit");
    app_.set_version_flag("--version", fmt::format("skillrun {}", version));
    app_.footer(
        "SKILL[@INSTANCE] [RUN OPTIONS] [--] ARGS... is short for `skillrun run`.\n"
        "Everything after the skill's name and run options goes to the skill untouched.\n\n"
        "Example: skillrun ffmpeg -- -version");
    add_global_options();
    add_run(*app_.add_subcommand("run", "Run a skill"), true);
    auto* explain =
        app_.add_subcommand("explain", "Show what would run, where each value comes from, and what policy says");
    add_run(*explain, false);
    add_format(*explain);
    add_allow(
        *app_.add_subcommand("allow", "Show what a skill asks for beyond what is open to all, and let it have that"));
    add_lint(*app_.add_subcommand("lint", "Check manifests as a reviewer would: every fault, its place, its remedy"));
    add_format(*app_.add_subcommand("list", "List the skills found, their files, and what they shadow"));
    add_names("show", "Show one skill, as written and as resolved", "SKILL", 1, 1, true);
    add_names("pull", "Pull the images of skills", "SKILL", 1, 1000, false);
    add_names("build", "Build the images of skills", "SKILL", 1, 1000, false);
    add_policy(*app_.add_subcommand("policy", "Show policies, and run their test cases"));
    add_names("rules", "List the rules of the policy engine, or show one rule's page", "ID", 0, 1, true);
    add_format(*app_.add_subcommand("doctor", "Show which engines and policies are in force, and what to fix"));
    add_init(*app_.add_subcommand("init", "Write a manifest, from scratch or from a docker command line"));
    add_gc(*app_.add_subcommand("gc", "Remove the containers and folders that a killed skillrun left behind"));
    add_schema(
        *app_.add_subcommand("schema", "Print the JSON Schema of manifests, policies, lint documents or results"));
    add_completion(*app_.add_subcommand("completion", "Print what a shell needs to complete skillrun's command line"));
    app_.add_subcommand("version", "Print the version");
  }

  [[nodiscard]] CommandEntry table() const { return describe(app_); }

  std::expected<Invocation, ParseExit> parse(std::vector<std::string> words) {
    const std::size_t command_at = first_positional(words, 0, app_);
    if (command_at < words.size()) {
      const std::string word = words[command_at];
      command_word_ = word;
      if (std::ranges::find(reserved_commands, word) != std::end(reserved_commands)) {
        return std::unexpected(usage(
            fmt::format("this version has no command {}; a skill of that name runs as `skillrun run {}`", word, word)));
      }
      if (find_command(word) == nullptr) {
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(command_at), "run");
      }
    }
    split_skill_arguments(words, command_at);
    return parse_own(std::move(words));
  }

 private:
  void add_global_options() {
    app_.add_option("-m,--manifest", invocation_.global.manifests,
                    "Read manifests from this file or folder (repeatable)")
        ->allow_extra_args(false)
        ->type_name("FILE|DIR");
    app_.add_option("-p,--policy", invocation_.global.policies, "Judge by this policy: a file or a built-in name")
        ->envname("SKILLRUN_POLICY")
        ->allow_extra_args(false)
        ->type_name("FILE|NAME");
    app_.add_option(
            "--engine", invocation_.global.engine,
            "auto, docker, podman, cli:PATH, unix:///SOCKET, tcp://HOST:PORT or ssh://USER@HOST (default: auto)")
        ->envname("SKILLRUN_ENGINE")
        ->type_name("ENGINE");
    app_.add_option("--color", invocation_.global.color, "auto, always or never (default: auto)")
        ->envname("SKILLRUN_COLOR")
        ->transform(CLI::CheckedTransformer(color_modes).description(""))
        ->type_name("WHEN");
    app_.add_flag("-v,--verbose", invocation_.global.verbose, "Say what is being done; twice: each engine request");
    app_.add_flag("-q,--quiet", invocation_.global.quiet, "Print only errors");
    app_.add_option("--log-format", invocation_.global.log_format, "text or json (default: text)")
        ->envname("SKILLRUN_LOG_FORMAT")
        ->transform(CLI::CheckedTransformer(output_formats).description(""))
        ->type_name("FORMAT");
    app_.add_option("--log-file", invocation_.global.log_file, "Write the log to this file instead of standard error")
        ->envname("SKILLRUN_LOG_FILE")
        ->type_name("FILE");
  }

  void add_format(CLI::App& command) {
    command.add_option("--format", invocation_.format, "text or json (default: text)")
        ->transform(CLI::CheckedTransformer(output_formats).description(""))
        ->type_name("FORMAT");
  }

  void add_lint(CLI::App& lint) {
    lint.alias("check");
    LintRequest& request = invocation_.lint;
    lint.add_option("PATH", request.paths, "Files, folders, or - for standard input (default: what `run` would find)")
        ->type_name("");
    auto* format = lint.add_option("--format", lint_.formats,
                                   "text, json, sarif, github, gitlab, junit, checkstyle or html (default: text; "
                                   "repeatable, each with an --output of its own)")
                       ->allow_extra_args(false)
                       ->type_name("FORMAT");
    format->check(CLI::IsMember(names_of(lint_formats)).description(""));
    lint.add_option("--output", lint_.files, "Write the report of the --format before it to this file")
        ->allow_extra_args(false)
        ->type_name("FILE");
    lint.add_option("--fail-on", lint_.fail_on,
                    "error, warning, info or never: what gives exit status 1 (default: error)")
        ->check(CLI::IsMember({"error", "warning", "info", "never"}).description(""))
        ->type_name("LEVEL");
    auto* baseline = lint.add_option("--baseline", request.baseline, "Leave out the findings recorded in this file")
                         ->type_name("FILE");
    lint.add_option("--write-baseline", request.write_baseline, "Write all findings to this file as known, and succeed")
        ->excludes(baseline)
        ->type_name("FILE");
    lint.add_option("-e,--env", request.environment, "A variable that manifests may use (repeatable)")
        ->allow_extra_args(false)
        ->type_name("NAME=VALUE");
    lint.add_option("--env-file", request.environment_files, "A file of such variables, one per line (repeatable)")
        ->allow_extra_args(false)
        ->type_name("FILE");
    lint.add_option("--as", request.kind, "Read every PATH as toml, yaml, compose or skill-md, whatever its name")
        ->check(CLI::IsMember({"toml", "yaml", "compose", "skill-md"}).description(""))
        ->type_name("KIND");
    lint.add_option("--host-checks", request.host_checks,
                    "on: look at this machine's files as `run` does; off: judge the text alone (default: off)")
        ->transform(CLI::CheckedTransformer(switch_words).description(""))
        ->type_name("WHEN");
    auto* fix = lint.add_flag("--fix", request.fix, "Fix in place what has exactly one right fix");
    lint.add_flag("--dry-run", request.dry_run, "With --fix: print the changes as a diff, change nothing")->needs(fix);
    lint.footer(
        "Folders are searched for manifests: skillrun.toml and the like, .skillrun/, SKILL.md, and every TOML or YAML "
        "file\nthat declares skills, hidden ones included, without what .gitignore excludes.\n\n"
        "Example: skillrun lint --format sarif --output lint.sarif --format text\n\n"
        "Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or a file that cannot be read.");
  }

  void add_init(CLI::App& init) {
    InitRequest& request = invocation_.init;
    init.add_option("NAME", request.name, "The skill's name (default: from the line or the image)")->type_name("");
    auto* image = init.add_option("--from-image", request.from_image, "Begin with this image")->type_name("IMAGE");
    init.add_option("--from-run", request.from_run, "Turn a docker command line, in quotes, into a skill")
        ->excludes(image)
        ->type_name("'docker run ...'");
    init.add_flag("--yaml", request.yaml, "Write YAML instead of TOML");
    init.add_option("--output", request.output, "The file to write, - for standard output (default: skillrun.toml)")
        ->type_name("FILE");
    init.footer(
        "Says what the policy in force finds. Nothing is run, and no file is replaced.\n\n"
        "Example: skillrun init --from-run 'docker run --rm -v $PWD:/work -w /work alpine:3.20 wc -l'");
  }

  void add_gc(CLI::App& gc) {
    gc.add_flag("--dry-run", invocation_.dry_run, "Say what would be removed; remove nothing");
    add_format(gc);
    gc.footer(
        "Removes only what belongs to a skillrun of this machine that has certainly ended. What is kept (--keep), "
        "what\n"
        "a living skillrun uses and what is not known to be skillrun's is left alone, and listed with the reason.\n\n"
        "Exit status: 0 everything that was to be removed is gone, 125 something could not be removed or no engine "
        "answers.");
  }

  void add_schema(CLI::App& schema) {
    schema.add_option("DOCUMENT", invocation_.names, "manifest, policy, lint or result")
        ->required()
        ->expected(1)
        ->check(CLI::IsMember({"manifest", "policy", "lint", "result"}).description(""))
        ->type_name("");
    schema.footer(
        "JSON Schema, draft 2020-12. Editors check and complete manifests and policies with it; the same files are\n"
        "installed as share/skillrun/schemas/DOCUMENT.json.");
  }

  void add_completion(CLI::App& completion) {
    completion.add_option("SHELL", invocation_.names, "bash, zsh or fish")
        ->required()
        ->expected(1)
        ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
        ->type_name("");
    completion.footer("For this shell: source <(skillrun completion bash); in fish: skillrun completion fish | source");
  }

  void add_policy(CLI::App& policy) {
    policy.require_subcommand(1);
    policy.footer("`skillrun policy show --help` and `skillrun policy test --help` say more.");
    CLI::App& show =
        add_names(policy, "show", "Show a policy with everything that it extends folded in", "NAME", 0, 1, true);
    show.footer(
        "NAME is a built-in policy (baseline, restricted, privileged) or a file. Without it: the policy in force "
        "here,\n"
        "made of the layers of this machine, the user and the project, and of -p.\n\n"
        "The output is a policy document; a comment beside each setting names the document that made it.");
    CLI::App& test =
        add_names(policy, "test", "Run the test cases that policies hold under `tests`", "FILE", 1, 1000, true);
    test.footer(
        "Each case is judged by its own file and what that extends, and by nothing else on this machine.\n\n"
        "Exit status: 0 all cases passed, 1 a case failed, 125 a file cannot be read, is not valid or has no cases.");
  }

  CLI::App& add_names(const std::string& name, const std::string& description, const std::string& word, int least,
                      int most, bool format) {
    return add_names(app_, name, description, word, least, most, format);
  }

  CLI::App& add_names(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& word, int least, int most, bool format) {
    CLI::App* command = parent.add_subcommand(name, description);
    auto* option = command->add_option(word, invocation_.names)->expected(least, most)->type_name("");
    if (least > 0) option->required();
    if (format) add_format(*command);
    return *command;
  }

  void add_run(CLI::App& command, bool runs) {
    command.footer("ARGS after the options, or after --, go to the skill untouched.");
    command.set_help_flag("--help", "Print this help and exit");
    command.add_option("SKILL", run_.skill_word, "The skill, with @INSTANCE where it has several")
        ->required()
        ->type_name("");
    add_callers_words(command);
    command.add_option("--timeout", run_.timeout, "End the skill after this time, such as 90s or 5m")
        ->type_name("DURATION");
    command.add_option("--pull", run_.pull, "missing, always or never")->type_name("WHEN");
    auto* tty = command.add_flag("--tty", run_.tty, "Give the skill a terminal");
    command.add_flag("--no-tty", run_.no_tty, "Give the skill no terminal")->excludes(tty);
    command.add_flag("--no-stdin", run_.no_stdin, "Give the skill an empty standard input");
    command.add_flag("--keep", run_.keep, "Do not remove the container afterwards");
    if (!runs) return;
    command.add_flag("--dry-run", invocation_.run.dry_run, "Print the engine request and the docker line; run nothing");
    command.add_option("--result-file", invocation_.run.result_file, "Write the result as JSON to this file")
        ->type_name("FILE");
    command.add_flag("--json", invocation_.run.json, "Print the result, with the captured output, as JSON");
    command.add_option("--max-output", run_.max_output, "Capture at most this much of each stream (default: 64m)")
        ->type_name("SIZE");
  }

  /// What the caller adds, and lets the skill have with it.
  void add_callers_words(CLI::App& command) {
    command.add_option("--workdir", invocation_.run.workdir, "The folder that SKILL_WORKDIR stands for")
        ->type_name("DIR");
    command
        .add_option("-e,--env", invocation_.run.overrides.environment,
                    "Set a variable in the container; NAME alone copies the caller's")
        ->allow_extra_args(false)
        ->type_name("NAME[=VALUE]");
    command
        .add_option("--allow-mount", invocation_.run.allow_mounts,
                    "Let the manifest mount this and what is below it (repeatable); read-only, unless :rw is added")
        ->allow_extra_args(false)
        ->type_name("PATH[:ro|:rw]");
  }

  void add_allow(CLI::App& allow) {
    AllowRequest& request = invocation_.allow;
    auto* skill =
        allow.add_option("SKILL", run_.skill_word, "The skill, with @INSTANCE where it has several")->type_name("");
    auto* list = allow.add_flag("--list", request.list, "List what was granted")->excludes(skill);
    auto* revoke = allow.add_flag("--revoke", request.revoke, "Take back what SKILL was granted")->excludes(list);
    allow.add_flag("--all", request.all, "With --revoke: take back everything")->needs(revoke)->excludes(skill);
    add_callers_words(allow);
    add_format(allow);
    allow.footer(
        "Asks once, at the terminal. The answer holds for this skill of this manifest as it is now: when the manifest "
        "changes,\nskillrun asks again and shows what is new. For unattended machines write `grants` into a policy.\n\n"
        "Exit status: 0 the skill has all that it asks for, 1 the answer was no, 125 there is no terminal, 126 the "
        "skill is refused\nfor a reason that no answer changes.");
  }

  const CLI::App* find_command(const std::string& name) const {
    const auto commands = app_.get_subcommands([&](const CLI::App* command) { return command->check_name(name); });
    return commands.empty() ? nullptr : commands.front();
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

  /// Cuts the skill's own words off: for run and explain, everything after SKILL that is not a run option.
  void split_skill_arguments(std::vector<std::string>& words, std::size_t command_at) {
    if (command_at >= words.size() || (words[command_at] != "run" && words[command_at] != "explain")) return;
    const CLI::App& command = *find_command(words[command_at]);
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
    invocation_.run.overrides.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(at + (separator ? 1 : 0)),
                                               words.end());
    words.resize(at);
  }

  /// True when the option is there, which it is not for the variable that stands for it.
  static bool names_engine(const std::vector<std::string>& words) {
    const auto end = std::ranges::find(words, "--");
    return std::any_of(words.begin(), end,
                       [](const std::string& word) { return word == "--engine" || word.starts_with("--engine="); });
  }

  std::expected<Invocation, ParseExit> parse_own(std::vector<std::string> words) {
    invocation_.lint.engine_checks = names_engine(words);
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
    const CLI::App& command = *app_.get_subcommands().front();
    invocation_.command = command.get_name();
    for (const CLI::App* inner : command.get_subcommands()) invocation_.command += " " + inner->get_name();
    if (auto error = finish_run()) return std::unexpected(usage(*error));
    if (invocation_.command == "lint") {
      if (auto error = finish_lint(command)) return std::unexpected(usage(*error));
    }
    return std::move(invocation_);
  }

  std::optional<std::string> finish_run() {
    if (invocation_.command == "allow") {
      if (auto error = check_allow()) return error;
      if (run_.skill_word.empty()) return std::nullopt;
    } else if (invocation_.command != "run" && invocation_.command != "explain") {
      return std::nullopt;
    }
    RunRequest& run = invocation_.run;
    const std::size_t at = run_.skill_word.find('@');
    run.skill = run_.skill_word.substr(0, at);
    if (at != std::string::npos) {
      run.instance = run_.skill_word.substr(at + 1);
      if (run.instance->empty()) return fmt::format("'{}' names no instance after the @", printable(run_.skill_word));
    }
    if (run.skill.empty()) return "the skill's name is empty";
    if (!run_.timeout.empty()) run.overrides.timeout = run_.timeout;
    if (!run_.pull.empty()) run.overrides.pull = run_.pull;
    if (!run_.max_output.empty()) run.max_output = run_.max_output;
    if (run_.tty) run.overrides.tty = TtyMode::on;
    if (run_.no_tty) run.overrides.tty = TtyMode::off;
    if (run_.no_stdin) run.overrides.stdin_open = false;
    if (run_.keep) run.overrides.keep = true;
    return std::nullopt;
  }

  std::optional<std::string> check_allow() const {
    const AllowRequest& allow = invocation_.allow;
    if (!allow.list && !allow.all && run_.skill_word.empty()) {
      return allow.revoke ? "allow --revoke takes a skill, or --all" : "allow takes a skill, --list or --revoke";
    }
    return std::nullopt;
  }

  /// Each --output belongs to the --format before it.
  std::optional<std::string> finish_lint(const CLI::App& command) {
    LintRequest& lint = invocation_.lint;
    if (!lint_.fail_on.empty()) lint.fail_on = fail_levels.at(lint_.fail_on);
    std::size_t formats = 0;
    std::size_t files = 0;
    for (const CLI::Option* option : command.parse_order()) {
      if (option->get_name() == "--format") {
        const std::string& word = lint_.formats[formats++];
        lint.outputs.push_back({.format = *std::ranges::find(lint_formats, word, to_lint_name), .file = {}});
      } else if (option->get_name() == "--output") {
        if (lint.outputs.empty()) lint.outputs.emplace_back();
        std::string& file = lint.outputs.back().file;
        if (!file.empty()) return "two --output for one --format; give each its --format first";
        file = lint_.files[files++];
        if (file.empty()) return "--output needs the name of a file";
      }
    }
    if (lint.outputs.empty()) lint.outputs.emplace_back();
    if (std::ranges::count(lint.outputs, std::string(), &LintOutput::file) > 1) {
      return "only one report can go to standard output; give the others an --output";
    }
    const bool standard_input = std::ranges::count(lint.paths, "-") > 0;
    if (standard_input && lint.paths.size() > 1) return "standard input (-) is linted alone, without other paths";
    if (standard_input && lint.fix && !lint.dry_run) return "--fix changes files; for standard input add --dry-run";
    return std::nullopt;
  }

  static std::string to_lint_name(LintFormat format) { return std::string(to_string(format)); }

  /// lint has a status of its own for wrong usage, because 1 means findings there.
  [[nodiscard]] ParseExit usage(std::string_view message) const {
    const bool linting = !command_word_.empty() && (command_word_ == "lint" || command_word_ == "check");
    return {
        .status = linting ? ExitStatus::wrong_usage : ExitStatus::failed,
        .output = {},
        .error = fmt::format("skillrun: {}; see `skillrun {}--help`\n", printable(message), linting ? "lint " : "")};
  }

  CLI::App app_;
  std::string command_word_;
  Invocation invocation_;
  RunFlags run_;
  LintFlags lint_;
};

}  // namespace

CommandEntry command_table() { return Parser().table(); }

std::expected<Invocation, ParseExit> parse_command_line(std::vector<std::string> words) {
  return Parser().parse(std::move(words));
}

}  // namespace skillrun::cli
