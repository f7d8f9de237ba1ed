#include "spec/path.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

TEST_CASE("a clean path has no dots, no repeated slashes and no slash at its end") {
  CHECK(clean_path("/") == "/");
  CHECK(clean_path("//") == "/");
  CHECK(clean_path("//etc//shadow/") == "/etc/shadow");
  CHECK(clean_path("/./root/.") == "/root");
  CHECK(clean_path("/tmp/../root") == "/root");
  CHECK(clean_path("/../..") == "/");
  CHECK(clean_path("/a/b/../../..") == "/");
  CHECK(clean_path("/...") == "/...");
  CHECK(clean_path("/.a/..b") == "/.a/..b");
}

TEST_CASE("host paths start at the root, the manifest's folder or the caller's home") {
  const PathContext paths{"/srv/skills", "/home/me"};
  CHECK(resolve_host_path("/etc//x/", paths) == "/etc/x");
  CHECK(resolve_host_path(".", paths) == "/srv/skills");
  CHECK(resolve_host_path("./", paths) == "/srv/skills");
  CHECK(resolve_host_path("./data", paths) == "/srv/skills/data");
  CHECK(resolve_host_path("..", paths) == "/srv");
  CHECK(resolve_host_path("../../etc", paths) == "/etc");
  CHECK(resolve_host_path("./../../../..", paths) == "/");
  CHECK(resolve_host_path("~", paths) == "/home/me");
  CHECK(resolve_host_path("~/x", paths) == "/home/me/x");
  CHECK(resolve_host_path("~/../x", paths) == "/home/x");
}

TEST_CASE("other relative host paths are refused") {
  const PathContext paths{"/srv/skills", "/home/me"};
  for (const auto* text : {"", "x", "x/y", ".x", ".x/y", "...", "~root", "~root/x", "/a\nb"}) {
    CAPTURE(text);
    CHECK_FALSE(resolve_host_path(text, paths).has_value());
  }
}

TEST_CASE("a home or a folder that is not known is not guessed") {
  CHECK_FALSE(resolve_host_path("~/x", PathContext{"/srv", ""}).has_value());
  CHECK_FALSE(resolve_host_path("./x", PathContext{"", "/home/me"}).has_value());
  CHECK_FALSE(resolve_host_path("./x", PathContext{"relative", "/home/me"}).has_value());
}

TEST_CASE("a mount's target is absolute and not the root") {
  CHECK(parse_mount_target("/a//b/../c/") == "/a/c");
  for (const auto* text : {"", "a", "./a", "~/a", "/", "//", "/.", "/a/..", "/../.."}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mount_target(text).has_value());
  }
}
