#include <doctest/doctest.h>

#include "engine/dockerignore.hpp"

using namespace skillrun;

TEST_CASE("a star stays within a component and two span any number") {
  CHECK(glob_matches("*.log", "a.log"));
  CHECK_FALSE(glob_matches("*.log", "a/b.log"));
  CHECK(glob_matches("*/*.log", "a/b.log"));
  CHECK(glob_matches("**/*.log", "b.log"));
  CHECK(glob_matches("**/*.log", "a/b/c.log"));
  CHECK(glob_matches("a/**/z", "a/z"));
  CHECK(glob_matches("a/**/z", "a/b/c/z"));
  CHECK_FALSE(glob_matches("a/**/z", "a/bz"));
  CHECK(glob_matches("a/**", "a/b/c"));
  CHECK(glob_matches("temp?", "temp1"));
  CHECK_FALSE(glob_matches("temp?", "temp"));
  CHECK_FALSE(glob_matches("a?b", "a/b"));
  CHECK(glob_matches("**", "any/thing"));
}

TEST_CASE("a pattern made to be slow is not") {
  const std::string path(2000, 'a');
  std::string glob;
  for (int i = 0; i < 500; ++i) glob += "*a";
  CHECK_FALSE(glob_matches(glob + "b", path));
}

TEST_CASE("the last matching pattern decides, for a folder's contents too") {
  const auto ignore = Dockerignore::parse("# comment\n\n /docs/ \n*.md\n!README.md\nsecret\n!docs/keep\n./x/../y\n");
  REQUIRE(ignore);
  CHECK(ignore->excludes("docs"));
  CHECK(ignore->excludes("docs/a/b"));
  CHECK_FALSE(ignore->excludes("docs/keep"));
  CHECK_FALSE(ignore->excludes("docs/keep/inner"));
  CHECK(ignore->excludes("a.md"));
  CHECK_FALSE(ignore->excludes("README.md"));
  CHECK(ignore->excludes("secret/key"));
  CHECK(ignore->excludes("y"));
  CHECK_FALSE(ignore->excludes("# comment"));
  CHECK_FALSE(ignore->excludes("sub/a.md"));
  CHECK(ignore->has_exceptions());
}

TEST_CASE("a later exclusion beats an earlier exception") {
  const auto ignore = Dockerignore::parse("*\n!a\na/b\r\n");
  REQUIRE(ignore);
  CHECK(ignore->excludes("c"));
  CHECK_FALSE(ignore->excludes("a/c"));
  CHECK(ignore->excludes("a/b"));
}

TEST_CASE("a pattern whose meaning is not implemented is an error that names its line") {
  CHECK(Dockerignore::parse("ok\n[ab].txt").error() ==
        "line 2: '[ab].txt' uses [ or a backslash, which is not supported; write it with * and ?");
  CHECK_FALSE(Dockerignore::parse("a\\*b"));
  CHECK_FALSE(Dockerignore::parse("!"));
}
