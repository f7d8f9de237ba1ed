#include "policy/rules/support/image_glob.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace skillrun;

TEST_CASE("one star stays within a component, two cross components") {
  CHECK(image_glob_matches("docker.io/library/*", "docker.io/library/busybox"));
  CHECK_FALSE(image_glob_matches("docker.io/library/*", "docker.io/library/a/b"));
  CHECK_FALSE(image_glob_matches("docker.io/library/*", "docker.io/other/busybox"));
  CHECK(image_glob_matches("ghcr.io/acme/**", "ghcr.io/acme/tools/ffmpeg"));
  CHECK(image_glob_matches("ghcr.io/acme/**", "ghcr.io/acme/x"));
  CHECK_FALSE(image_glob_matches("ghcr.io/acme/**", "ghcr.io/acme-evil/x"));
  CHECK_FALSE(image_glob_matches("ghcr.io/acme/**", "ghcr.io/acme"));
  CHECK(image_glob_matches("**/ffmpeg", "ghcr.io/a/b/ffmpeg"));
  CHECK(image_glob_matches("**", "anything/at/all"));
  CHECK(image_glob_matches("*.acme.com/**", "eu.acme.com/x"));
  CHECK_FALSE(image_glob_matches("*.acme.com/**", "evil.com/x.acme.com/x"));
  CHECK(image_glob_matches("a/*b*c/d", "a/xbxbc/d"));
  CHECK(image_glob_matches("**/a*c/**/e", "x/abc/d/abc/f/e"));
  CHECK(image_glob_matches("**a*b**c", "a/ab/c"));
}

TEST_CASE("a pattern matches all of a name or nothing") {
  CHECK(image_glob_matches("docker.io/library/busybox", "docker.io/library/busybox"));
  CHECK_FALSE(image_glob_matches("docker.io/library/busybox", "docker.io/library/busybox2"));
  CHECK_FALSE(image_glob_matches("docker.io/library/busybox", "xdocker.io/library/busybox"));
  CHECK_FALSE(image_glob_matches("", "x"));
  CHECK(image_glob_matches("", ""));
}

TEST_CASE("a pattern covers another when it matches whatever that matches") {
  CHECK(image_glob_covers("ghcr.io/acme/**", "ghcr.io/acme/*"));
  CHECK(image_glob_covers("ghcr.io/acme/**", "ghcr.io/acme/**"));
  CHECK(image_glob_covers("ghcr.io/acme/**", "ghcr.io/acme/x/**"));
  CHECK(image_glob_covers("ghcr.io/acme/*", "ghcr.io/acme/tool-*"));
  CHECK(image_glob_covers("ghcr.io/*/x", "ghcr.io/a*/x"));
  CHECK_FALSE(image_glob_covers("ghcr.io/acme/*", "ghcr.io/acme/**"));
  CHECK_FALSE(image_glob_covers("ghcr.io/acme/x*", "ghcr.io/acme/*"));
  CHECK_FALSE(image_glob_covers("ghcr.io/acme/*", "**"));
  CHECK_FALSE(image_glob_covers("*", "**"));
  CHECK_FALSE(image_glob_covers("ghcr.io/acme/*x", "ghcr.io/acme/x*"));
}

TEST_CASE("a pattern full of stars costs no more than the product of the lengths") {
  std::string glob;
  for (int i = 0; i < 100; ++i) glob += "a*";
  CHECK_FALSE(image_glob_matches(glob + "b", std::string(4000, 'a')));
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "**a";
  CHECK_FALSE(image_glob_matches(wide + "b", std::string(4000, 'a')));
}
