#include "cli/options.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "cli/exit_status.hpp"

using namespace skillrun;
using namespace skillrun::cli;

namespace {

using Words = std::vector<std::string>;

Invocation parsed(Words words) {
  auto invocation = parse_command_line(std::move(words));
  REQUIRE_MESSAGE(invocation.has_value(), (invocation ? std::string() : invocation.error().error));
  return std::move(*invocation);
}

ParseExit rejected(Words words) {
  auto invocation = parse_command_line(std::move(words));
  REQUIRE_FALSE(invocation.has_value());
  return invocation.error();
}

}  // namespace

TEST_CASE("a first word that is not a command is a skill") {
  const Invocation invocation = parsed({"ffmpeg", "--", "-version"});
  CHECK(invocation.command == "run");
  CHECK(invocation.run.skill == "ffmpeg");
  CHECK(invocation.run.overrides.arguments == Words{"-version"});
}

TEST_CASE("a skill named like a command runs through run") {
  const Invocation invocation = parsed({"run", "list", "x"});
  CHECK(invocation.run.skill == "list");
  CHECK(invocation.run.overrides.arguments == Words{"x"});
}

TEST_CASE("the skill's words are untouched, whatever they look like") {
  CHECK(parsed({"jq", ".a", "--", "-m"}).run.overrides.arguments == Words{".a", "--", "-m"});
  CHECK(parsed({"jq", "--", "--", "x"}).run.overrides.arguments == Words{"--", "x"});
  CHECK(parsed({"jq", "--", "--help"}).run.overrides.arguments == Words{"--help"});
  CHECK(parsed({"ffmpeg", "-i", "in.mp4", "--timeout", "5s"}).run.overrides.arguments ==
        Words{"-i", "in.mp4", "--timeout", "5s"});
  CHECK(parsed({"ffmpeg", "-v", "error"}).run.overrides.arguments == Words{"-v", "error"});
  CHECK(parsed({"x", "", "-"}).run.overrides.arguments == Words{"", "-"});
  CHECK(parsed({"x"}).run.overrides.arguments.empty());
}

TEST_CASE("run options stand between the skill and its words") {
  const Invocation invocation = parsed(
      {"-v", "ffmpeg@fast", "--timeout", "5s", "-e", "A=1", "--env=B", "-eC=-x", "--workdir=d", "--no-tty", "-i", "x"});
  CHECK(invocation.global.verbose == 1);
  CHECK(invocation.run.skill == "ffmpeg");
  CHECK(invocation.run.instance == "fast");
  CHECK(invocation.run.overrides.timeout == "5s");
  CHECK(invocation.run.overrides.environment == Words{"A=1", "B", "C=-x"});
  CHECK(invocation.run.workdir == "d");
  CHECK(invocation.run.overrides.tty == TtyMode::off);
  CHECK(invocation.run.overrides.arguments == Words{"-i", "x"});
}

TEST_CASE("options of run may also stand before the skill") {
  const Invocation invocation = parsed({"run", "--timeout", "5s", "-m", "dir", "jq", "."});
  CHECK(invocation.run.overrides.timeout == "5s");
  CHECK(invocation.global.manifests == Words{"dir"});
  CHECK(invocation.run.skill == "jq");
  CHECK(invocation.run.overrides.arguments == Words{"."});
}

TEST_CASE("global options take their value in either form and may be repeated") {
  const Invocation invocation = parsed({"-m", "a", "--manifest=b", "--engine", "podman", "-vv", "list"});
  CHECK(invocation.command == "list");
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
  CHECK(show.command == "policy show");
  CHECK(show.names.empty());
  CHECK(parsed({"policy", "show", "restricted", "--format", "json"}).format == OutputFormat::json);
  const Invocation test = parsed({"-v", "policy", "test", "a.yaml", "b.yaml"});
  CHECK(test.command == "policy test");
  CHECK(test.names == Words{"a.yaml", "b.yaml"});
  CHECK(parsed({"run", "policy"}).run.skill == "policy");
  CHECK(rejected({"policy"}).status == ExitStatus::failed);
  CHECK(rejected({"policy", "test"}).status == ExitStatus::failed);
  CHECK(rejected({"policy", "shwo"}).status == ExitStatus::failed);
  CHECK(rejected({"policy", "test", "--help"}).output.find("Exit status") != std::string::npos);
}

TEST_CASE("gc is a command, and the reserved words that are left are none") {
  CHECK(parsed({"gc"}).command == "gc");
  CHECK_FALSE(parsed({"gc"}).dry_run);
  const Invocation dry = parsed({"gc", "--dry-run", "--format", "json"});
  CHECK(dry.dry_run);
  CHECK(dry.format == OutputFormat::json);
  CHECK(parsed({"run", "gc"}).run.skill == "gc");
  CHECK(rejected({"gc", "more"}).status == ExitStatus::failed);
  CHECK(rejected({"session"}).error.find("this version has no command session") != std::string::npos);
}

TEST_CASE("lint reports as text of what run would find, and fails on errors, unless it is told otherwise") {
  const Invocation plain = parsed({"lint"});
  CHECK(plain.command == "lint");
  CHECK(plain.lint.paths.empty());
  REQUIRE(plain.lint.outputs.size() == 1);
  CHECK(plain.lint.outputs[0].format == LintFormat::text);
  CHECK(plain.lint.outputs[0].file.empty());
  CHECK(plain.lint.fail_on == Severity::error);
  CHECK_FALSE(plain.lint.host_checks);
  const Invocation full = parsed({"check", "a.toml", "folder", "--fail-on", "never", "--host-checks", "on", "-e", "A=1",
                                  "--env", "B=2", "--as", "compose", "--baseline", "b.json"});
  CHECK(full.command == "lint");
  CHECK(full.lint.paths == Words{"a.toml", "folder"});
  CHECK(full.lint.fail_on == Severity::off);
  CHECK(full.lint.host_checks);
  CHECK(full.lint.environment == Words{"A=1", "B=2"});
  CHECK(full.lint.kind == "compose");
  CHECK(parsed({"run", "lint"}).run.skill == "lint");
}

TEST_CASE("each output of lint belongs to the format before it") {
  const auto outputs = parsed({"lint", "--format", "sarif", "--output", "lint.sarif", "--format", "text",
                               "--format=junit", "--output=j"})
                           .lint.outputs;
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[0].format == LintFormat::sarif);
  CHECK(outputs[0].file == "lint.sarif");
  CHECK(outputs[1].format == LintFormat::text);
  CHECK(outputs[1].file.empty());
  CHECK(outputs[2].file == "j");
  CHECK(parsed({"lint", "--output", "report.txt"}).lint.outputs[0].file == "report.txt");
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
  for (const char* command : {"run", "explain", "allow"}) {
    CAPTURE(command);
    const Invocation invocation =
        parsed({command, "--allow-mount", "/srv/a", "--allow-mount=/srv/b:rw", "-e", "TOKEN", "tool@fast"});
    CHECK(invocation.command == command);
    CHECK(invocation.run.allow_mounts == Words{"/srv/a", "/srv/b:rw"});
    CHECK(invocation.run.overrides.environment == Words{"TOKEN"});
    CHECK(invocation.run.skill == "tool");
    CHECK(invocation.run.instance == "fast");
  }
}

TEST_CASE("allow asks about a skill, lists, or takes back, and never two of them") {
  CHECK(parsed({"allow", "--list"}).allow.list);
  CHECK(parsed({"allow", "--revoke", "tool"}).allow.revoke);
  CHECK(parsed({"allow", "--revoke", "tool"}).run.skill == "tool");
  CHECK(parsed({"allow", "--revoke", "--all"}).allow.all);
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
