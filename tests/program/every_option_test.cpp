// Every command with every option, as the program's own table has them. In the tree with sanitizers this is where
// reading freed memory shows.
#include <map>

#include "cli/completion.hpp"
#include "program/command_lines.hpp"
#include "program/place.hpp"

namespace program {

TEST_CASE("every option of every command is exercised, and none brings the program down") {
  const CommandLines calls = every_command_line(skillrun::cli::command_table());
  for (const std::string& unknown : calls.unknown) FAIL_CHECK(unknown);
  REQUIRE(calls.lines.size() > 200);

  const StubEngine engine;
  // Whether one call at least was more than wrong usage: values that nobody accepts exercise nothing.
  std::map<std::string, bool> accepted;
  for (const CommandLine& line : calls.lines) {
    INFO(fmt::format("skillrun {}", fmt::join(line.words, " ")));
    const Place place;
    integration::Command command = place.on(engine, line.words);
    // Away from the terminal of whoever runs the tests: it would be asked there, and nobody answers.
    command.argv.insert(command.argv.begin(), {"/usr/bin/setsid", "--wait"});
    const integration::Outcome outcome = integration::run(command);
    check_healthy(outcome);
    accepted[line.name] |= !outcome.err.contains("--help`");
  }
  for (const auto& [name, once] : accepted) CHECK_MESSAGE(once, name, " was wrong usage each time");
}

TEST_CASE("help, completion and a skill's short form work for every command") {
  const StubEngine engine;
  const Place place;
  for (const skillrun::cli::CommandEntry& command : skillrun::cli::command_table().commands) {
    CAPTURE(command.name);
    check_healthy(integration::run(place.on(engine, {command.name, "--help"})));
    const std::string word(skillrun::cli::completion_word);
    check_healthy(integration::run(place.on(engine, {word, "bash", command.name, ""})));
    check_healthy(integration::run(place.on(engine, {word, "fish", command.name, "--"})));
  }
  const integration::Outcome said = integration::run(place.on(engine, {"tool", "hello"}));
  check_healthy(said);
  CHECK_MESSAGE(said.out == "hello", said.err);
  CHECK(said.status == 0);
}

}  // namespace program
