#include "cli/options.hpp"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

#include "cli/command_table.hpp"
#include "cli/exit_status.hpp"
#include "cli/requests.hpp"

using namespace skillrun;
using namespace skillrun::cli;

namespace {

using Words = std::vector<std::string>;

Invocation parsed(Words words) {
  auto invocation = parse_command_line(std::move(words));
  REQUIRE_MESSAGE(invocation.has_value(), (invocation ? std::string() : invocation.error().error));
  return std::move(*invocation);
}

/// What a line for the skill runs asks for.
RunRequest run_of(Words words) { return parsed(std::move(words)).request<RunRequest>(); }

ParseExit rejected(Words words) {
  auto invocation = parse_command_line(std::move(words));
  REQUIRE_FALSE(invocation.has_value());
  return invocation.error();
}

}  // namespace

TEST_CASE("a first word that is not a command is a skill") {
  const Invocation invocation = parsed({"ffmpeg", "--", "-version"});
  CHECK(invocation.command.name == "run");
  CHECK(invocation.request<RunRequest>().skill == "ffmpeg");
  CHECK(invocation.request<RunRequest>().overrides.arguments == Words{"-version"});
}

TEST_CASE("a skill named like a command runs through run") {
  const Invocation invocation = parsed({"run", "list", "x"});
  CHECK(invocation.request<RunRequest>().skill == "list");
  CHECK(invocation.request<RunRequest>().overrides.arguments == Words{"x"});
}

TEST_CASE("the skill's words are untouched, whatever they look like") {
  CHECK(run_of({"jq", ".a", "--", "-m"}).overrides.arguments == Words{".a", "--", "-m"});
  CHECK(run_of({"jq", "--", "--", "x"}).overrides.arguments == Words{"--", "x"});
  CHECK(run_of({"jq", "--", "--help"}).overrides.arguments == Words{"--help"});
  CHECK(run_of({"ffmpeg", "-i", "in.mp4", "--timeout", "5s"}).overrides.arguments ==
        Words{"-i", "in.mp4", "--timeout", "5s"});
  CHECK(run_of({"ffmpeg", "-v", "error"}).overrides.arguments == Words{"-v", "error"});
  CHECK(run_of({"x", "", "-"}).overrides.arguments == Words{"", "-"});
  CHECK(run_of({"x"}).overrides.arguments.empty());
}

TEST_CASE("an option that is given with nothing is given") {
  CHECK(rejected({"x", "--timeout", ""}).error.starts_with("skillrun: --timeout: "));
  CHECK_FALSE(rejected({"x", "--timeout="}).error.empty());
  CHECK_FALSE(run_of({"x"}).overrides.timeout);
}

TEST_CASE("an option that cannot be read is wrong usage, which no policy has to refuse") {
  for (const Words& words : {Words{"--timeout", "1"},
                             {"--timeout", "0s"},
                             {"--pull", "often"},
                             {"-e", "=1"},
                             {"-e", ""},
                             {"-e", "A B=1"},
                             {"-e", "1A"},
                             {"-e", "A=1\x1b[31m"}}) {
    CAPTURE(words[0] + " " + words[1]);
    const std::string option = words[0] == "-e" ? "--env" : words[0];
    for (const char* command : {"run", "explain"}) {
      const ParseExit exit = rejected({command, "x", words[0], words[1]});
      CHECK(exit.status == 125);
      CHECK(exit.error.starts_with("skillrun: " + option + ": "));
    }
  }
  CHECK(rejected({"allow", "x", "-e", "A B"}).error.starts_with("skillrun: --env: "));
  CHECK(run_of({"x", "-e", "A.b-C_1=x y", "-e", "_A", "--timeout", "90s"}).overrides.environment.size() == 2);
}

TEST_CASE("a mistyped command is a skill, for which the command is kept to be suggested") {
  CHECK(run_of({"explian", "x"}).commands == Words{"explain"});
  CHECK(run_of({"lnit"}).commands == Words{"init"});
  CHECK(run_of({"ffmpeg"}).commands.empty());
  CHECK(run_of({"run", "explian"}).commands.empty());
}

TEST_CASE("run options stand between the skill and its words") {
  const Invocation invocation = parsed(
      {"-v", "ffmpeg@fast", "--timeout", "5s", "-e", "A=1", "--env=B", "-eC=-x", "--workdir=d", "--no-tty", "-i", "x"});
  CHECK(invocation.global.verbose == 1);
  CHECK(invocation.request<RunRequest>().skill == "ffmpeg");
  CHECK(invocation.request<RunRequest>().instance == "fast");
  CHECK(invocation.request<RunRequest>().overrides.timeout == "5s");
  CHECK(invocation.request<RunRequest>().overrides.environment == Words{"A=1", "B", "C=-x"});
  CHECK(invocation.request<RunRequest>().workdir == "d");
  CHECK(invocation.request<RunRequest>().overrides.tty == TtyMode::off);
  CHECK(invocation.request<RunRequest>().overrides.arguments == Words{"-i", "x"});
}

TEST_CASE("options of run may also stand before the skill") {
  const Invocation invocation = parsed({"run", "--timeout", "5s", "-m", "dir", "jq", "."});
  CHECK(invocation.request<RunRequest>().overrides.timeout == "5s");
  CHECK(invocation.global.manifests == Words{"dir"});
  CHECK(invocation.request<RunRequest>().skill == "jq");
  CHECK(invocation.request<RunRequest>().overrides.arguments == Words{"."});
}

TEST_CASE("global options take their value in either form and may be repeated") {
  const Invocation invocation = parsed({"-m", "a", "--manifest=b", "--engine", "podman", "-vv", "list"});
  CHECK(invocation.command.name == "list");
  CHECK(invocation.global.manifests == Words{"a", "b"});
  CHECK(invocation.global.engine == "podman");
  CHECK(invocation.global.verbose == 2);
}

TEST_CASE("an environment variable stands in for an option and the option wins") {
  setenv("SKILLRUN_ENGINE", "docker", 1);
  CHECK(parsed({"list"}).global.engine == "docker");
  CHECK(parsed({"--engine", "podman", "list"}).global.engine == "podman");
  unsetenv("SKILLRUN_ENGINE");
}

TEST_CASE("wrong usage ends with 125 and says how to go on") {
  for (const Words& words : {Words{}, Words{"--nonsense", "x"}, Words{"run"}, Words{"ffmpeg@"}, Words{"@x"},
                             Words{"--color", "blue", "list"}, Words{"list", "surplus"},
                             Words{"x", "--tty", "--no-tty"}, Words{"session"}}) {
    const ParseExit exit = rejected(words);
    CHECK(exit.status == failed);
    CHECK(exit.error.find("--help") != std::string::npos);
    CHECK(exit.output.empty());
  }
}

TEST_CASE("help and version succeed on standard output") {
  CHECK(rejected({"--help"}).status == success);
  CHECK(rejected({"--help"}).output.find("SKILL[@INSTANCE]") != std::string::npos);
  CHECK(rejected({"run", "--help"}).output.find("--timeout") != std::string::npos);
  CHECK(rejected({"ffmpeg", "--help"}).output.find("--timeout") != std::string::npos);
  CHECK(rejected({"--version"}).output.find("skillrun ") == 0);
}

TEST_CASE("policy has commands of its own") {
  const Invocation show = parsed({"policy", "show"});
  CHECK(show.command.name == "policy show");
  CHECK(show.request<NamesRequest>().names.empty());
  CHECK(parsed({"policy", "show", "restricted", "--format", "json"}).request<NamesRequest>().format ==
        OutputFormat::json);
  const Invocation test = parsed({"-v", "policy", "test", "a.yaml", "b.yaml"});
  CHECK(test.command.name == "policy test");
  CHECK(test.request<NamesRequest>().names == Words{"a.yaml", "b.yaml"});
  CHECK(run_of({"run", "policy"}).skill == "policy");
  CHECK(rejected({"policy"}).status == ExitStatus::failed);
  CHECK(rejected({"policy", "test"}).status == ExitStatus::failed);
  CHECK(rejected({"policy", "shwo"}).status == ExitStatus::failed);
  CHECK(rejected({"policy", "test", "--help"}).output.find("Exit status") != std::string::npos);
}

TEST_CASE("gc is a command, and the reserved words that are left are none") {
  CHECK(parsed({"gc"}).command.name == "gc");
  CHECK_FALSE(parsed({"gc"}).request<GcRequest>().dry_run);
  const Invocation dry = parsed({"gc", "--dry-run", "--format", "json"});
  CHECK(dry.request<GcRequest>().dry_run);
  CHECK(dry.request<GcRequest>().format == OutputFormat::json);
  CHECK(run_of({"run", "gc"}).skill == "gc");
  CHECK(rejected({"gc", "more"}).status == ExitStatus::failed);
  CHECK(rejected({"session"}).error.find("this version has no command session") != std::string::npos);
}

TEST_CASE("lint reports as text of what run would find, and fails on errors, unless it is told otherwise") {
  const Invocation plain = parsed({"lint"});
  CHECK(plain.command.name == "lint");
  CHECK(plain.request<LintRequest>().paths.empty());
  REQUIRE(plain.request<LintRequest>().outputs.size() == 1);
  CHECK(plain.request<LintRequest>().outputs[0].format == LintFormat::text);
  CHECK(plain.request<LintRequest>().outputs[0].file.empty());
  CHECK(plain.request<LintRequest>().fail_on == Severity::error);
  CHECK_FALSE(plain.request<LintRequest>().host_checks);
  const Invocation full = parsed({"check", "a.toml", "folder", "--fail-on", "never", "--host-checks", "on", "-e", "A=1",
                                  "--env", "B=2", "--as", "compose", "--baseline", "b.json"});
  CHECK(full.command.name == "lint");
  CHECK(full.request<LintRequest>().paths == Words{"a.toml", "folder"});
  CHECK(full.request<LintRequest>().fail_on == Severity::off);
  CHECK(full.request<LintRequest>().host_checks);
  CHECK(full.request<LintRequest>().environment == Words{"A=1", "B=2"});
  CHECK(full.request<LintRequest>().kind == "compose");
  CHECK(run_of({"run", "lint"}).skill == "lint");
}

TEST_CASE("each output of lint belongs to the format before it") {
  const auto outputs = parsed({"lint", "--format", "sarif", "--output", "lint.sarif", "--format", "text",
                               "--format=junit", "--output=j"})
                           .request<LintRequest>()
                           .outputs;
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[0].format == LintFormat::sarif);
  CHECK(outputs[0].file == "lint.sarif");
  CHECK(outputs[1].format == LintFormat::text);
  CHECK(outputs[1].file.empty());
  CHECK(outputs[2].file == "j");
  CHECK(parsed({"lint", "--output", "report.txt"}).request<LintRequest>().outputs[0].file == "report.txt");
}

TEST_CASE("wrong usage of lint ends with 2, because 1 means findings") {
  for (const Words& words :
       {Words{"lint", "--format", "xml"}, Words{"lint", "--format", "json", "--format", "text"},
        Words{"lint", "--output", "a", "--output", "b"}, Words{"lint", "--fail-on", "always"},
        Words{"lint", "--nonsense"}, Words{"check", "-", "x"}, Words{"lint", "--dry-run"}, Words{"lint", "-", "--fix"},
        Words{"lint", "--as", "xml"}, Words{"lint", "--baseline", "a", "--write-baseline", "b"},
        Words{"lint", "--host-checks", "maybe"}}) {
    CAPTURE(words.back());
    const ParseExit exit = rejected(words);
    CHECK(exit.status == wrong_usage);
    CHECK(exit.error.find("skillrun lint --help") != std::string::npos);
  }
}

TEST_CASE("what the caller lets a skill have is an option of run, explain and allow") {
  for (const std::string command : {"run", "explain", "allow"}) {
    CAPTURE(command);
    const Invocation invocation =
        parsed({command, "--allow-mount", "/srv/a", "--allow-mount=/srv/b:rw", "-e", "TOKEN", "tool@fast"});
    CHECK(invocation.command.name == command);
    const RunRequest& run = command == "run"       ? invocation.request<RunRequest>()
                            : command == "explain" ? invocation.request<ExplainRequest>().run
                                                   : invocation.request<AllowRequest>().run;
    CHECK(run.allow_mounts == Words{"/srv/a", "/srv/b:rw"});
    CHECK(run.overrides.environment == Words{"TOKEN"});
    CHECK(run.skill == "tool");
    CHECK(run.instance == "fast");
  }
}

TEST_CASE("a word that is none of an option's is answered with those that are") {
  CHECK(rejected({"--color", "blue", "list"}).error.contains("blue not in {auto,always,never}"));
  CHECK(rejected({"--log-format", "x", "list"}).error.contains("x not in {text,json}"));
  CHECK(rejected({"lint", "--host-checks", "z"}).error.contains("z not in {on,off}"));
}

TEST_CASE("each command stands once, in the order of --help") {
  const CommandEntry table = command_table();
  REQUIRE(table.commands.size() > 10);
  CHECK(table.commands.front().name == "run");
  CHECK(table.commands.back().name == "version");
  for (const CommandEntry& command : table.commands) {
    CAPTURE(command.name);
    CHECK_FALSE(command.help.empty());
    CHECK(std::ranges::count(table.commands, command.name, &CommandEntry::name) == 1);
  }
}

TEST_CASE("allow asks about a skill, lists, or takes back, and never two of them") {
  CHECK(parsed({"allow", "--list"}).request<AllowRequest>().list);
  CHECK(parsed({"allow", "--revoke", "tool"}).request<AllowRequest>().revoke);
  CHECK(parsed({"allow", "--revoke", "tool"}).request<AllowRequest>().run.skill == "tool");
  CHECK(parsed({"allow", "--revoke", "--all"}).request<AllowRequest>().all);
  for (const Words& words : std::vector<Words>{{"allow"},
                                               {"allow", "--list", "tool"},
                                               {"allow", "--revoke"},
                                               {"allow", "--all"},
                                               {"allow", "--revoke", "--all", "tool"},
                                               {"allow", "--list", "--revoke"},
                                               {"allow", "tool@"}}) {
    CAPTURE(words);
    CHECK(rejected(words).status == ExitStatus::failed);
  }
}
