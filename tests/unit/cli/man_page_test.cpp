#include "cli/man_page.hpp"

#include <doctest/doctest.h>

#include "unit/report/golden.hpp"

using namespace skillrun::cli;

namespace {

/// The page without what only the formatter reads.
std::string plain(std::string text) {
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    text.erase(at, text.compare(at, 2, "\\f") == 0 ? 3 : 1);
  }
  return text;
}

}  // namespace

TEST_CASE("man/skillrun.1 is the page of this program") {
  skillrun::test::check_golden("man/skillrun.1", man_page(command_table()));
}

TEST_CASE("the page has every command and option with its help, and each variable") {
  const CommandEntry program = command_table();
  const std::string page = plain(man_page(program));
  const auto has_options = [&](const CommandEntry& command) {
    for (const ArgumentEntry& option : command.options) {
      CAPTURE(option.names.back());
      CHECK(page.find(option.names.back()) != std::string::npos);
      if (!option.is_called("--help")) CHECK(page.find(option.help) != std::string::npos);
      CHECK(page.find(option.environment) != std::string::npos);
    }
  };
  has_options(program);
  for (const CommandEntry& command : program.commands) {
    CAPTURE(command.name);
    CHECK(page.find(".SS " + command.name) != std::string::npos);
    has_options(command);
    for (const CommandEntry& inner : command.commands) has_options(inner);
  }
}

TEST_CASE("no text of a command can be a request to the formatter") {
  CommandEntry command;
  command.name = "x";
  command.help = ".so /etc/passwd";
  command.footer = "'br\n.br \\fB";
  CommandEntry program;
  program.commands.push_back(command);
  const std::string page = man_page(program);
  CHECK(page.find("\n\\&.so /etc/passwd") != std::string::npos);
  CHECK(page.find("\n\\&'br") != std::string::npos);
  CHECK(page.find("\n\\&.br \\efB") != std::string::npos);
}
