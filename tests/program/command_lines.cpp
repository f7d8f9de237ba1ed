#include "program/command_lines.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace program {

namespace {

using skillrun::cli::ArgumentEntry;
using skillrun::cli::CommandEntry;
using Words = std::vector<std::string>;

/// What a command is usually called with. The files are those that every_option_test.cpp makes.
const std::map<std::string, Words, std::less<>> usual_words = {
    {"run", {"tool", "hello"}},
    {"explain", {"tool"}},
    {"allow", {"tool"}},
    {"lint", {}},
    {"list", {}},
    {"show", {"tool"}},
    {"pull", {"tool"}},
    {"build", {"built"}},
    {"policy show", {"given.yaml"}},
    {"policy test", {"given.yaml"}},
    {"rules", {"privileged"}},
    {"doctor", {}},
    {"init", {"fresh"}},
    {"gc", {}},
    {"schema", {"manifest"}},
    {"completion", {"bash"}},
    {"version", {}},
};

/// Values by what the help calls them.
const std::map<std::string, Words, std::less<>> usual_values = {
    {"FILE", {"made", "given.yaml", "given.env", "missing/file", "folder", "/dev/null", "/dev/full", ""}},
    {"FILE|DIR", {"skillrun.toml", "folder", "missing"}},
    {"FILE|NAME", {"given.yaml", "restricted", "missing"}},
    {"ENGINE", {"cli:/bin/false", "cli:docker", "unix:///missing", "tcp://127.0.0.1:1", "ssh://127.0.0.1:1"}},
    {"WHEN", {"missing", "on", "off"}},
    {"FORMAT", {}},
    {"LEVEL", {}},
    {"KIND", {"toml", "yaml", "compose", "policy", "skill-md"}},
    {"PATTERN", {"*.toml", "/folder/", "!x", "[", "", "\xff"}},
    {"DIR", {"folder", "missing", ""}},
    {"NAME[=VALUE]", {"A=b", "HOME", "MISSING", "=", "A=\xff"}},
    {"NAME=VALUE", {"A=b", "A", "=", ""}},
    {"DURATION", {"90s", "1h30m", "0", "99999999999999999999h"}},
    {"SIZE", {"1k", "64m", "0", "-1", "99999999999999999999g"}},
    {"PATH[:ro|:rw]", {"folder", "folder:ro", "folder:rw", "/:rw", "missing", "folder:", ":rw", "", "\xff"}},
    {"IMAGE", {"alpine:3.20", "--privileged", "\xff"}},
    {"'docker run ...'", {"docker run --rm alpine ls", "docker run 'open", "podman ps"}},
};

/// Options that say nothing without another one.
const std::map<std::string, Words, std::less<>> companions = {
    {"run --max-output", {"--json"}},
    {"lint --dry-run", {"--fix"}},
    {"allow --all", {"--revoke"}},
};

/// Options that stand where the command's usual words would.
const std::set<std::string, std::less<>> instead_of_words = {"allow --list", "allow --all"};

class Collector {
 public:
  void command(const CommandEntry& entry, const Words& path) {
    if (!entry.commands.empty()) {
      for (const CommandEntry& inner : entry.commands) command(inner, joined(path, {inner.name}));
      return;
    }
    const std::string name = fmt::format("{}", fmt::join(path, " "));
    const auto usual = usual_words.find(name);
    if (usual == usual_words.end()) {
      made_.unknown.push_back(fmt::format("the command {}: add it to usual_words in command_lines.cpp", name));
      return;
    }
    made_.lines.push_back({name, joined(path, usual->second)});
    if (!entry.positionals.empty()) {
      made_.lines.push_back({name, path});
      made_.lines.push_back({name, joined(path, {"missing", "\xff\n", ""})});
    }
    for (const std::string& alias : entry.aliases) made_.lines.push_back({name, joined({alias}, usual->second)});
    for (const ArgumentEntry& option : entry.options) add(name, option, path, usual->second);
  }

  /// Global options before a command, and all at once before every command.
  void global(const CommandEntry& program) {
    for (const ArgumentEntry& option : program.options) {
      for (const Words& command : {Words{"list"}, Words{"run", "tool", "hello"}}) add("skillrun", option, {}, command);
    }
  }

  CommandLines take() { return std::move(made_); }

 private:
  static Words joined(Words left, const Words& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
  }

  void add(const std::string& command, const ArgumentEntry& option, const Words& before, const Words& usual_after) {
    const std::string& word = option.names.back();
    const std::string name = command + " " + word;
    const Words after = instead_of_words.contains(name) ? Words() : usual_after;
    const auto companion = companions.find(name);
    const Words with = companion == companions.end() ? Words() : companion->second;
    const auto call = [&](const Words& words) {
      made_.lines.push_back({name, joined(joined(joined(before, with), words), after)});
    };
    if (!option.takes_value()) {
      for (const std::string& spelling : option.names) call({spelling});
      call({word, word});
      call({word + "=nonsense"});
      return;
    }
    const auto usual = usual_values.find(option.value);
    if (usual == usual_values.end()) {
      made_.unknown.push_back(
          fmt::format("{} takes {}: add values to usual_values in command_lines.cpp", name, option.value));
      return;
    }
    for (const std::string& value : option.words) call({word, value});
    for (const std::string& value : usual->second) call({word + "=" + value});
    call({word, "no such thing"});
    if (option.repeatable && !usual->second.empty()) call({word, usual->second.front(), word, usual->second.front()});
  }

  CommandLines made_;
};

}  // namespace

CommandLines every_command_line(const CommandEntry& program) {
  Collector collector;
  collector.global(program);
  for (const CommandEntry& command : program.commands) collector.command(command, {command.name});
  return collector.take();
}

}  // namespace program
