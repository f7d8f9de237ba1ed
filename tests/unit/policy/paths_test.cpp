#include "policy/places/paths.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

TEST_CASE("a path lies below another by component, not by prefix") {
  CHECK(is_within("/root", "/root"));
  CHECK(is_within("/root/x", "/root"));
  CHECK_FALSE(is_within("/rootfs", "/root"));
  CHECK_FALSE(is_within("/roo", "/root"));
  CHECK(is_within("/anything", "/"));
  CHECK(is_within("/", "/"));
  CHECK_FALSE(is_within("/x", ""));
}

TEST_CASE("only absolute paths without empty, dot and dot-dot components are clean") {
  for (const char* path : {"/", "/a", "/a/b", "/a/..b", "/a/...", "/.a"}) CHECK(is_clean(path));
  for (const char* path : {"", "a", "./a", "//", "//a", "/a/", "/a//b", "/./a", "/a/.", "/a/../b", "/.."}) {
    CAPTURE(path);
    CHECK_FALSE(is_clean(path));
  }
}

TEST_CASE("a star in a pattern stands for one name") {
  CHECK(matches_within("/run/user/1000/docker.sock", "/run/user/*/docker.sock"));
  CHECK(matches_within("/run/user/1000/podman/x", "/run/user/*/podman"));
  CHECK_FALSE(matches_within("/run/user/docker.sock", "/run/user/*/docker.sock"));
  CHECK_FALSE(matches_within("/run/user/1/2/docker.sock", "/run/user/*/docker.sock"));
  CHECK(matches_above("/run/user/1000", "/run/user/*/docker.sock"));
  CHECK(matches_above("/", "/run/user/*/docker.sock"));
  CHECK_FALSE(matches_above("/run/user/1000/docker.sock", "/run/user/*/docker.sock"));
  CHECK_FALSE(matches_above("/runner", "/run/user/*/docker.sock"));
}

TEST_CASE("a sequence is found anywhere, and its beginning at the end") {
  CHECK(has_sequence("/data/home/al/.config/gh/hosts.yml", ".config/gh"));
  CHECK_FALSE(has_sequence("/home/al/.config/other/gh", ".config/gh"));
  CHECK_FALSE(has_sequence("/home/al/x.ssh", ".ssh"));
  CHECK(ends_inside_sequence("/home/al/.config", ".config/gh"));
  CHECK_FALSE(ends_inside_sequence("/home/al/.config/gh", ".config/gh"));
  CHECK_FALSE(ends_inside_sequence("/home/al/.config/other", ".config/gh"));
  CHECK_FALSE(ends_inside_sequence("/", ".config/gh"));
}

TEST_CASE("/var/run is /run") {
  CHECK(without_var("/var/run/docker.sock") == "/run/docker.sock");
  CHECK(without_var("/var/run") == "/run");
  CHECK(without_var("/var/runner/x") == "/var/runner/x");
}
