#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "engine/dockerignore.hpp"
#include "support/json.hpp"

using namespace skillrun;

namespace {

bool excludes(Dockerignore& ignore, std::string_view path) {
  const auto excluded = ignore.excludes(path);
  REQUIRE(excluded);
  return *excluded;
}

/// One pattern against one path, folders above it not looked at.
bool matches(const std::string& glob, std::string_view path) {
  auto ignore = Dockerignore::parse(glob);
  REQUIRE(ignore);
  return excludes(*ignore, path);
}

/// Whether a walk of the context comes to the path and keeps it.
bool is_sent(Dockerignore& ignore, const std::string& path) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (excludes(ignore, folder) && !ignore.looks_into(folder)) return false;
  }
  return !excludes(ignore, path);
}

}  // namespace

TEST_CASE("a star stays within a component and two span any number") {
  CHECK(matches("*.log", "a.log"));
  CHECK_FALSE(matches("*.log", "a/b.log"));
  CHECK(matches("*/*.log", "a/b.log"));
  CHECK(matches("**/*.log", "b.log"));
  CHECK(matches("**/*.log", "a/b/c.log"));
  CHECK(matches("a/**/z", "a/z"));
  CHECK(matches("a/**/z", "a/b/c/z"));
  CHECK_FALSE(matches("a/**/z", "a/bz"));
  CHECK(matches("a/**", "a/b/c"));
  CHECK(matches("temp?", "temp1"));
  CHECK_FALSE(matches("temp?", "temp"));
  CHECK_FALSE(matches("a?b", "a/b"));
  CHECK(matches("**", "any/thing"));
}

TEST_CASE("a pattern made to be slow is not") {
  const std::string path(2000, 'a');
  std::string glob;
  for (int i = 0; i < 500; ++i) glob += "*a";
  CHECK_FALSE(matches(glob + "b", path));
}

TEST_CASE("two stars within a name mean what they mean to docker") {
  CHECK(matches("**foo", "xfoo"));
  CHECK(matches("**foo", "a/xfoo"));
  CHECK(matches("a**b", "ab"));
  CHECK(matches("a**b", "ax/b"));
  CHECK_FALSE(matches("a**b", "axb"));
  CHECK(matches("a**", "abc/d"));
  CHECK_FALSE(matches("**foo*", "xfoo1"));
}

TEST_CASE("brackets and backslashes are docker's") {
  CHECK(matches("[ab].txt", "a.txt"));
  CHECK(matches("[a-c]x", "bx"));
  CHECK_FALSE(matches("[^a]x", "ax"));
  CHECK(matches("key[^0]", "key\xc3\xa9"));
  CHECK_FALSE(matches("key[^0]", "key0"));
  CHECK(matches("a\\*b", "a*b"));
  CHECK_FALSE(matches("a\\*b", "axb"));
  CHECK(matches("a.b", "a.b"));
  CHECK_FALSE(matches("a.b", "axb"));
  CHECK(matches("a+(b)|{c}$^", "a+(b)|{c}$^"));
}

TEST_CASE("a blank that was copied along from a page lets nothing in") {
  for (const char* text : {".env\xc2\xa0", "\xe3\x80\x80.env", "/ .env", ".env /", ".env\t\r"}) {
    CAPTURE(text);
    CHECK(matches(text, ".env"));
  }
}

TEST_CASE("a question mark is one character, of however many bytes") {
  CHECK(matches("x?", "x\xc3\xa9"));
  CHECK(matches("x?", "x\xff"));
  CHECK_FALSE(matches("x?", "x\xc3\xa9y"));
  CHECK(matches("x*", "x\xff\xfe"));
}

TEST_CASE("patterns that take too long, or too much memory, end the reading instead") {
  auto ignore = Dockerignore::parse("*a*b", 1'000'000);
  REQUIRE(ignore);
  std::expected<bool, std::string> excluded;
  for (int i = 0; i < 1'000 && excluded; ++i) excluded = ignore->excludes(std::string(4'000, 'a'));
  REQUIRE_FALSE(excluded);
  CHECK(excluded.error().contains("take too long"));
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "*a";
  CHECK(Dockerignore::parse("x\n" + text).error().starts_with("line 2: '*a*a"));
}

TEST_CASE("the last matching pattern decides, for a folder's contents too") {
  auto ignore = Dockerignore::parse("# comment\n\n /docs/ \n*.md\n!README.md\nsecret\n!docs/keep\n./x/../y\n");
  REQUIRE(ignore);
  CHECK(excludes(*ignore, "docs"));
  CHECK(excludes(*ignore, "docs/a/b"));
  CHECK_FALSE(excludes(*ignore, "docs/keep"));
  CHECK_FALSE(excludes(*ignore, "docs/keep/inner"));
  CHECK(excludes(*ignore, "a.md"));
  CHECK_FALSE(excludes(*ignore, "README.md"));
  CHECK(excludes(*ignore, "secret/key"));
  CHECK(excludes(*ignore, "y"));
  CHECK_FALSE(excludes(*ignore, "# comment"));
  CHECK_FALSE(excludes(*ignore, "sub/a.md"));
  CHECK(ignore->looks_into("docs"));
  CHECK_FALSE(ignore->looks_into("secret"));
}

TEST_CASE("a later exclusion beats an earlier exception") {
  auto ignore = Dockerignore::parse("*\n!a\na/b\r\n");
  REQUIRE(ignore);
  CHECK(excludes(*ignore, "c"));
  CHECK_FALSE(excludes(*ignore, "a/c"));
  CHECK(excludes(*ignore, "a/b"));
}

TEST_CASE("a pattern that docker cannot read either, or reads by accident, is an error that names its line") {
  CHECK(Dockerignore::parse("ok\n[ab.txt").error() == "line 2: '[ab.txt' has a [ without its ]");
  CHECK(Dockerignore::parse("a\\").error() == "line 1: 'a\\' ends with a backslash");
  CHECK(Dockerignore::parse("\\d").error() == "line 1: '\\d' has a backslash before a letter or digit");
  CHECK_FALSE(Dockerignore::parse("[a*]"));
  CHECK_FALSE(Dockerignore::parse("[]"));
  CHECK_FALSE(Dockerignore::parse("[-]a"));
  CHECK_FALSE(Dockerignore::parse("^*"));
  CHECK_FALSE(Dockerignore::parse("!/"));
  CHECK_FALSE(Dockerignore::parse("!"));
}

TEST_CASE("what is sent is what docker's client sends, for random patterns and folders") {
  std::ifstream file(std::string(SKILLRUN_SOURCE_DIR) + "/tests/data/dockerignore/cases.jsonl");
  std::size_t agreed = 0;
  std::size_t refused_by_both = 0;
  std::size_t refused_here = 0;
  for (std::string line; std::getline(file, line);) {
    const json::object one = json::parse(line).as_object();
    const std::string text(one.at("text").as_string());
    CAPTURE(text);
    auto ignore = Dockerignore::parse(text);
    if (!ignore) {
      ++(one.at("kept").is_null() ? refused_by_both : refused_here);
      continue;
    }
    REQUIRE_FALSE(one.at("kept").is_null());
    json::array kept;
    for (const json::value& path : one.at("files").as_array()) {
      if (is_sent(*ignore, std::string(path.as_string()))) kept.push_back(path);
    }
    CHECK(kept == one.at("kept"));
    ++agreed;
  }
  // Patterns of random letters have many backslashes and brackets; what only skillrun refuses says why.
  CHECK(agreed > 300);
  CHECK(refused_by_both > 100);
  CHECK(refused_here < 150);
}
