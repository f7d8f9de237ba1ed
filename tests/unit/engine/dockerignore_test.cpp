#include <cstdint>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "engine/dockerignore.hpp"

using namespace skillrun;

namespace {

bool matches(std::string_view glob, std::string_view path) {
  std::uint64_t steps = 0;
  return glob_matches(glob, path, steps);
}

bool excludes(Dockerignore& ignore, std::string_view path) {
  const auto excluded = ignore.excludes(path);
  REQUIRE(excluded);
  return *excluded;
}

/// The meaning of a glob, as it would be written down: without a thought for time.
bool by_definition(std::string_view glob, std::string_view path) {
  if (glob.empty()) return path.empty();
  if (glob.starts_with("**/")) {
    for (std::size_t at = 0;; ++at) {
      if ((at == 0 || path[at - 1] == '/') && by_definition(glob.substr(3), path.substr(at))) return true;
      if (at == path.size()) return false;
    }
  }
  if (glob.front() == '*') {
    const bool spans = glob.starts_with("**");
    for (std::size_t at = 0;; ++at) {
      if (by_definition(glob.substr(spans ? 2 : 1), path.substr(at))) return true;
      if (at == path.size() || (!spans && path[at] == '/')) return false;
    }
  }
  if (path.empty()) return false;
  return (glob.front() == '?' ? path.front() != '/' : glob.front() == path.front()) &&
         by_definition(glob.substr(1), path.substr(1));
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

TEST_CASE("a match is what the definition says, for random globs and paths") {
  std::mt19937 random(7);
  const auto text = [&](std::string_view letters, std::size_t most) {
    std::string made(random() % (most + 1), ' ');
    for (char& c : made) c = letters[random() % letters.size()];
    return made;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string glob = text("ab/*?*", 8);
    const std::string path = text("aab/", 8);
    if (matches(glob, path) != by_definition(glob, path)) FAIL_CHECK(glob, " against ", path);
  }
}

TEST_CASE("patterns that take too long end the reading instead") {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "*a";
  auto ignore = Dockerignore::parse(text + "b", 1'000'000);
  REQUIRE(ignore);
  std::expected<bool, std::string> excluded;
  for (int i = 0; i < 1'000 && excluded; ++i) excluded = ignore->excludes(std::string(4'000, 'a'));
  REQUIRE_FALSE(excluded);
  CHECK(excluded.error().contains("take too long"));
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
  CHECK(ignore->has_exceptions());
}

TEST_CASE("a later exclusion beats an earlier exception") {
  auto ignore = Dockerignore::parse("*\n!a\na/b\r\n");
  REQUIRE(ignore);
  CHECK(excludes(*ignore, "c"));
  CHECK_FALSE(excludes(*ignore, "a/c"));
  CHECK(excludes(*ignore, "a/b"));
}

TEST_CASE("a pattern whose meaning is not implemented is an error that names its line") {
  CHECK(Dockerignore::parse("ok\n[ab].txt").error() ==
        "line 2: '[ab].txt' uses [ or a backslash, which is not supported; write it with * and ?");
  CHECK_FALSE(Dockerignore::parse("a\\*b"));
  CHECK_FALSE(Dockerignore::parse("!"));
}
