// Where reports go, what they are made of, and what happens when nobody reads them.
#include <doctest/doctest.h>

#include "workplace.hpp"

using namespace skillrun::test;

namespace {

constexpr std::string_view escape = "\x1b[";

}  // namespace

TEST_CASE("each --output takes the report of the --format before it, the rest goes to standard output") {
  const Workplace place;
  place.write("a.toml", skill(privileged));
  const auto outcome = place.lint({"--format", "sarif", "--output", "a.sarif", "--format", "junit", "--output", "a.xml",
                                   "--format", "text", "a.toml"});
  CHECK(outcome.status == 1);
  CHECK(outcome.out == place.lint({"a.toml"}).out);
  CHECK(place.read("a.sarif") == place.lint({"--format", "sarif", "a.toml"}).out);
  CHECK(place.read("a.xml") == place.lint({"--format", "junit", "a.toml"}).out);
  CHECK(place.lint({"--output", "only.txt", "a.toml"}).out.empty());
  CHECK(place.read("only.txt") == outcome.out);
}

TEST_CASE("colours are for terminals and those who ask, and never for a file") {
  const Workplace place;
  place.write("a.toml", skill(privileged));
  CHECK(place.lint({"a.toml"}).out.find(escape) == std::string::npos);
  CHECK(place.skillrun({"--color", "always", "lint", "a.toml"}).out.find(escape) != std::string::npos);
  CHECK(place.lint({"--color=always", "--output", "report", "a.toml"}).status == 1);
  CHECK(place.read("report").find(escape) == std::string::npos);
  // script gives the program a terminal.
  const auto on_terminal = [&](const std::string& words) {
    auto command = place.command({});
    command.argv = {"script", "-qec", std::string(SKILLRUN_PROGRAM) + " " + words + " a.toml", "/dev/null"};
    command.environment.insert_or_assign("TERM", "xterm");
    return command;
  };
  CHECK(integration::run(on_terminal("lint")).out.find(escape) != std::string::npos);
  CHECK(integration::run(on_terminal("--color=never lint")).out.find(escape) == std::string::npos);
  auto no_color = on_terminal("lint");
  no_color.unset.clear();
  no_color.environment.insert_or_assign("NO_COLOR", "1");
  CHECK(integration::run(no_color).out.find(escape) == std::string::npos);
}

TEST_CASE("--quiet leaves errors in the text, counts the rest, and takes nothing out of other formats") {
  const Workplace place;
  place.write("a.toml", skill(privileged + warned));
  const auto quiet = place.skillrun({"--quiet", "lint", "a.toml"});
  CHECK(quiet.status == 1);
  CHECK(quiet.out.find("error[privileged]") != std::string::npos);
  CHECK(quiet.out.find("warning[") == std::string::npos);
  CHECK(quiet.out.find("1 error, ") != std::string::npos);
  CHECK(place.skillrun({"-q", "lint", "--format", "json", "a.toml"}).out ==
        place.lint({"--format", "json", "a.toml"}).out);
}

TEST_CASE("variables come from --env and --env-file alone, the last one wins") {
  const Workplace place;
  place.write("a.toml", skill("volumes = [\"${DATA}:/data\"]\n"));
  place.write("one.env", "# a comment\nDATA=/etc\n\nOTHER=x\r\n");
  const std::string nothing = "undefined-variable";
  const std::string mount = "error[sensitive-mount]";
  auto command = place.command({"lint", "a.toml"});
  command.environment.insert({"DATA", "/etc"});
  const auto alone = integration::run(command);
  CHECK(alone.out.find(nothing) != std::string::npos);
  CHECK(alone.out.find(mount) == std::string::npos);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--env", "DATA=/etc", "a.toml"}, {"--env-file", "one.env", "a.toml"}}) {
    const auto outcome = place.lint(words);
    CHECK(outcome.out.find(nothing) == std::string::npos);
    CHECK(outcome.out.find("sensitive-mount") != std::string::npos);
  }
  CHECK(place.lint({"--env-file", "one.env", "-e", "DATA=/srv/data", "a.toml"}).out.find("sensitive-mount") ==
        std::string::npos);
}

TEST_CASE("standard input is TOML or YAML by its look, and named so") {
  const Workplace place;
  for (const std::string& text :
       {skill(privileged), "# comment\n\n" + skill(privileged),
        std::string("skills:\n  t:\n    docker:\n      image: x\n      extra_args: [--privileged]\n"),
        std::string("---\nskills: {t: {docker: {image: x, extra_args: [--privileged]}}}\n")}) {
    CAPTURE(text);
    auto command = place.command({"lint", "-"});
    command.input = text;
    const auto outcome = integration::run(command);
    CHECK(outcome.status == 1);
    CHECK(outcome.out.find("error[privileged]") != std::string::npos);
    CHECK(outcome.out.find("--> <stdin>:") != std::string::npos);
  }
  auto compose = place.command({"lint", "--as", "compose", "-"});
  compose.input = "services: {web: {image: x, privileged: true}}\n";
  CHECK(integration::run(compose).status == 1);
  auto large = place.command({"lint", "-"});
  large.input = std::string(std::size_t{3} << 20, '#');
  CHECK(integration::run(large).status == 2);
}

TEST_CASE("a reader that goes away ends lint without noise") {
  const Workplace place;
  std::string lines;
  for (int i = 0; i < 300; ++i) lines += skill(privileged + warned, "t" + std::to_string(i));
  place.write("a.toml", lines);
  auto command = place.command({});
  command.argv = {"bash", "-c", "\"$0\" lint a.toml | head -n 1; echo ${PIPESTATUS[0]}", SKILLRUN_PROGRAM};
  const auto outcome = integration::run(command);
  CHECK_FALSE(outcome.timed_out);
  CHECK(outcome.out.starts_with("error[privileged]"));
  CHECK((outcome.out.ends_with("\n2\n") || outcome.out.ends_with("\n141\n")));
  command.argv = {"bash", "-c", "\"$0\" lint a.toml >/dev/full", SKILLRUN_PROGRAM};
  const auto full = integration::run(command);
  CHECK(full.status == 2);
  CHECK(full.err == "skillrun: standard output cannot be written: No space left on device\n");
  command.argv = {"bash", "-c", "\"$0\" lint a.toml >&-", SKILLRUN_PROGRAM};
  const auto closed = integration::run(command);
  CHECK(closed.status == 2);
  CHECK(closed.err == "skillrun: standard output is closed\n");
}
