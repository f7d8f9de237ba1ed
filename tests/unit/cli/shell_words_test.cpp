// The shell's words without a shell: by example, and at random against bash.
#include <array>
#include <cstdio>
#include <fstream>
#include <random>

#include <doctest/doctest.h>

#include "cli/shell_words.hpp"
#include "unit/temporary_folder.hpp"

using skillrun::cli::split_shell_line;

namespace {

using Words = std::vector<std::string>;

Words split(std::string_view line) {
  auto words = split_shell_line(line);
  REQUIRE_MESSAGE(words, (words ? std::string() : words.error()));
  return *words;
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), got);
  }
  ::pclose(pipe);
  return output;
}

}  // namespace

TEST_CASE("quotes and backslashes are read as a shell reads them") {
  CHECK(split("docker  run\t'a b' \"c d\" e\\ f ''") == Words{"docker", "run", "a b", "c d", "e f", ""});
  CHECK(split("a\\\n  b \\\n c") == Words{"a", "b", "c"});
  CHECK(split(R"('a'"b"c)") == Words{"abc"});
  CHECK(split(R"("a\"b\\c\d")") == Words{R"(a"b\c\d)"});
  CHECK(split("").empty());
}

TEST_CASE("variables become those of manifests, and a dollar sign that is text stays text") {
  CHECK(split("$A ${B_1} \"$HOME/x\" a$A.b") == Words{"${A}", "${B_1}", "${HOME}/x", "a${A}.b"});
  CHECK(split("$PWD:/w ${PWD} \"$(pwd)\" `pwd`:/x") ==
        Words{"${SKILL_WORKDIR}:/w", "${SKILL_WORKDIR}", "${SKILL_WORKDIR}", "${SKILL_WORKDIR}:/x"});
  CHECK(split("-u $(id -u):$(id -g) \"$(pwd -P)/a b\":/x $( id  -u ) `id --group` '$(id -u)'") ==
        Words{"-u", "${UID}:${GID}", "${SKILL_WORKDIR}/a b:/x", "${UID}", "${GID}", "$$(id -u)"});
  CHECK(split(R"('$A' \$A "\$A" 5$ $)") == Words{"$$A", "$$A", "$$A", "5$$", "$$"});
}

TEST_CASE("what only a shell can work out is refused with a reason") {
  for (const std::string_view line :
       {"a | b",  "a; b",    "a && b", "a > b", "$(date)", "`date`", "$(id -un)", "$(id -u root)", "$(id -u; x)",
        "$(pwd",  "${A:-b}", "${",     "${1}",  "$1",      "$$",     "\"$?\"",    "$'a'",          "'open",
        "\"open", "a\\",     "*.txt",  "a # b", "a & b",   "a\nb",   "(a)",       "a\x1b[2J",      "a\xb9"}) {
    CAPTURE(line);
    const auto words = split_shell_line(line);
    REQUIRE_FALSE(words);
    CHECK(words.error().size() > 8);
  }
}

TEST_CASE("thousands of random lines have the words that bash gives them") {
  const skillrun::test::TemporaryFolder folder;
  constexpr unsigned seed = 20260102;
  std::mt19937 random(seed);
  const std::vector<std::string> pieces{"a", "-v", " ",  "  ",  "'",  "\"", "\\", "$A/", "${A}", "$B ", "x=1", "/",
                                        ":", "$ ", "$%", "\\$", "~x", "{}", "%",  "!",   "\\'",  "é",   "\t",  "\\\n"};
  std::vector<std::string> lines;
  std::string script = "A='${A}' B='${B}'\n";
  for (int i = 0; i < 20000 && lines.size() < 3000; ++i) {
    std::string line;
    for (auto count = 1 + random() % 9; count > 0; --count) line += pieces[random() % pieces.size()];
    if (!split_shell_line("w " + line)) continue;
    script += "w() { printf '%s\\1' \"$@\"; printf '\\n\\2'; }; w " + line + "\n";
    lines.push_back(line);
  }
  REQUIRE(lines.size() > 1000);
  const std::string file = folder.write("script", script);
  const std::string said = output_of("LC_ALL=C bash --norc '" + file + "' 2>&1");
  std::size_t at = 0;
  for (const std::string& line : lines) {
    const std::size_t end = said.find("\n\2", at);
    REQUIRE(end != std::string::npos);
    std::string ours;
    Words words = split("w " + line);
    for (std::size_t i = 1; i < words.size(); ++i) {
      for (std::size_t dollar = 0; (dollar = words[i].find("$$", dollar)) != std::string::npos; ++dollar) {
        words[i].erase(dollar, 1);
      }
      ours += words[i] + "\1";
    }
    // printf without a word prints its format once.
    if (words.size() == 1) ours = "\1";
    CAPTURE(line);
    CHECK(ours == said.substr(at, end - at));
    at = end + 2;
  }
}
