#include "cli/man_page.hpp"

#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <skillrun/version.hpp>

#include "cli/exit_status.hpp"

namespace skillrun::cli {

namespace {

struct Row {
  std::string term;
  std::string_view meaning;
};

const std::vector<Row>& exit_statuses() {
  static const std::vector<Row> rows{
      {"the skill's own", "it ran and ended (128+N: signal N ended it)"},
      {fmt::format("{}", +ExitStatus::timed_out), "the timeout ended it"},
      {fmt::format("{}", +ExitStatus::failed),
       "skillrun or the engine failed: no engine, image not found, manifest not readable or invalid"},
      {fmt::format("{}", +ExitStatus::refused), "refused by policy, or the command in the image cannot be invoked"},
      {fmt::format("{}", +ExitStatus::not_found), "no such skill, or the command is not in the image"},
      {fmt::format("{}", +ExitStatus::interrupted), "interrupted before the skill ran"},
  };
  return rows;
}

/// Variables that belong to no option.
constexpr std::pair<std::string_view, std::string_view> further_variables[] = {
    {"SKILLRUN_MANIFEST", "files and folders of manifests, separated by colons; looked at after -m"},
    {"NO_COLOR", "no colours when it is set and not empty"},
    {"XDG_CONFIG_HOME", "where the user's manifests and policy are; ~/.config when unset"},
    {"SKILLRUN_STORE", "folder of the native engine's images and volumes; /var/lib/skillrun for root"},
    {"DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, CONTAINER_HOST",
     "name an engine and the registry logins, as for docker and podman"},
};

constexpr std::pair<std::string_view, std::string_view> files[] = {
    {".skillrun/*.toml, .skillrun/*.yaml, skillrun.toml, skillrun.yaml",
     "the project's manifests, in the working directory and the folders above it"},
    {"~/.config/skillrun/manifests/, /etc/skillrun/manifests/", "manifests of the user and of the machine"},
    {"/etc/skillrun/policy.yaml, ~/.config/skillrun/policy.yaml, .skillrun/policy.yaml",
     "policies in force: the machine's is the floor, the others may only tighten"},
};

constexpr std::pair<std::string_view, std::string_view> examples[] = {
    {"skillrun ffmpeg -- -i talk.mov talk.mp4", "run a skill in the working directory"},
    {"skillrun explain ffmpeg", "see what would run, where each value comes from, and what policy says"},
    {"skillrun -p restricted run --timeout 5m jq -- .version package.json",
     "run under a stricter policy and for five minutes at most"},
    {"skillrun rules engine-socket", "read the page of a rule"},
};

/// Text for the formatter: hyphens stay hyphens, and no line begins as a request.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool first = out.empty() || out.back() == '\n';
    if (first && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

class Page {
 public:
  void section(std::string_view title) { text_ += fmt::format(".SH {}\n", title); }
  void subsection(std::string_view title) { text_ += fmt::format(".SS {}\n", escaped(title)); }
  void line(std::string_view text) { text_ += escaped(text) + "\n"; }
  void raw(std::string_view text) { text_ += text; }
  /// A term in bold with its meaning indented below it.
  void item(std::string_view term, std::string_view meaning) {
    text_ += fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(meaning));
  }
  void option(const ArgumentEntry& option) {
    std::string names;
    for (const std::string& name : option.names) {
      names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", escaped(name));
    }
    if (option.takes_value()) names += fmt::format(" \\fI{}\\fR", escaped(option.value));
    text_ += fmt::format(".TP\n{}\n{}\n", names, escaped(option.help));
  }
  /// Paragraphs; lines that the author broke stay broken.
  void paragraphs(std::string_view text) {
    std::istringstream lines{std::string(text)};
    bool paragraph = true;
    for (std::string one; std::getline(lines, one);) {
      if (one.empty()) {
        paragraph = true;
        continue;
      }
      text_ += paragraph ? ".PP\n" : ".br\n";
      paragraph = false;
      line(one);
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string usage_of(const std::string& path, const CommandEntry& command) {
  std::string usage = path;
  for (const std::string& alias : command.aliases) usage += fmt::format(" | {}", alias);
  if (command.options.size() > 1) usage += " [OPTIONS]";  // all have --help
  for (const ArgumentEntry& word : command.positionals) {
    const std::string name = word.names.front() + (word.repeatable ? "..." : "");
    usage += word.required ? " " + name : fmt::format(" [{}]", name);
  }
  return usage;
}

void add_options(Page& page, const CommandEntry& command) {
  for (const ArgumentEntry& option : command.options) {
    if (!option.is_called("--help")) page.option(option);
  }
}

void add_command(Page& page, const std::string& path, const CommandEntry& command) {
  if (command.commands.empty()) {
    page.subsection(usage_of(path, command));
    page.line(command.help + ".");
    for (const ArgumentEntry& word : command.positionals) {
      if (!word.help.empty()) page.item(word.names.front(), word.help);
    }
    add_options(page, command);
    page.paragraphs(command.footer);
  }
  for (const CommandEntry& inner : command.commands) add_command(page, path + " " + inner.name, inner);
}

void add_environment(Page& page, const CommandEntry& program) {
  page.section("ENVIRONMENT");
  for (const ArgumentEntry& option : program.options) {
    if (!option.environment.empty()) page.item(option.environment, fmt::format("as {}", option.names.back()));
  }
  for (const auto& [name, meaning] : further_variables) page.item(name, meaning);
}

}  // namespace

std::string man_page(const CommandEntry& program) {
  Page page;
  page.raw(
      fmt::format(".\\\" Made from the program's table of commands: renew it, do not edit it.\n"
                  ".TH SKILLRUN 1 \"\" \"skillrun {}\" \"User Commands\"\n",
                  version));
  page.section("NAME");
  page.raw("skillrun \\- run container skills that a policy has admitted\n");
  page.section("SYNOPSIS");
  page.raw(
      "\\fBskillrun\\fR [\\fIGLOBAL OPTIONS\\fR] \\fISKILL\\fR[@\\fIINSTANCE\\fR] [\\fIRUN OPTIONS\\fR] [\\-\\-] "
      "[\\fIARGS\\fR...]\n.br\n"
      "\\fBskillrun\\fR [\\fIGLOBAL OPTIONS\\fR] \\fICOMMAND\\fR [\\fIOPTIONS\\fR] ...\n");
  page.section("DESCRIPTION");
  page.line("A skill is a container image and the settings to run it with, declared in a manifest in TOML or YAML.");
  page.line(
      "skillrun reads the manifest, judges it by a policy, and runs exactly what was judged, with docker or podman.");
  page.paragraphs(program.footer);
  page.section("GLOBAL OPTIONS");
  for (const ArgumentEntry& option : program.options) page.option(option);
  page.section("COMMANDS");
  for (const CommandEntry& command : program.commands) add_command(page, command.name, command);
  page.section("EXIT STATUS");
  for (const Row& row : exit_statuses()) page.item(row.term, row.meaning);
  add_environment(page, program);
  page.section("FILES");
  for (const auto& [name, meaning] : files) page.item(name, meaning);
  page.section("EXAMPLES");
  for (const auto& [command, meaning] : examples) page.item(command, meaning);
  page.section("SEE ALSO");
  page.raw(".BR docker\\-run (1),\n.BR podman\\-run (1)\n");
  return page.take();
}

}  // namespace skillrun::cli
