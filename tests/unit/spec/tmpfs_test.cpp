#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

TEST_CASE("a tmpfs is a target alone or with options") {
  const auto plain = parse_tmpfs("/tmp/");
  REQUIRE(plain);
  CHECK(plain->type == MountType::tmpfs);
  CHECK(plain->target == "/tmp");
  CHECK_FALSE(plain->tmpfs_size.has_value());
  CHECK(plain->tmpfs_options.empty());

  const auto full = parse_tmpfs("/run:uid=1000,size=64m,ro,noexec,mode=0755,gid=0,nosuid,nodev");
  REQUIRE(full);
  CHECK(full->tmpfs_size == 64 * 1024 * 1024);
  CHECK(full->tmpfs_mode == 0755U);
  CHECK(full->read_only);
  CHECK(full->tmpfs_options == "gid=0,nodev,noexec,nosuid,uid=1000");
}

TEST_CASE("a tmpfs's size is read as the kernel reads it") {
  CHECK(parse_tmpfs("/t:size=4096")->tmpfs_size == 4096);
  CHECK(parse_tmpfs("/t:size=2G")->tmpfs_size == 2147483648);
  for (const auto* size : {"", "1.5g", "64mb", "50%", "010", "0x10", "-1", "+1", "1 m", "g", "9999999999g", "1e"}) {
    CAPTURE(size);
    CHECK_FALSE(parse_tmpfs(std::string("/t:size=") + size).has_value());
  }
}

TEST_CASE("options that repeat or contradict each other are refused") {
  for (const auto* options : {"ro,rw", "ro,ro", "exec,noexec", "suid,nosuid", "dev,nodev", "size=1m,size=2m",
                              "mode=700,mode=755", "uid=1,uid=2"}) {
    CAPTURE(options);
    CHECK_FALSE(parse_tmpfs(std::string("/t:") + options).has_value());
  }
}

TEST_CASE("options that are not understood are refused") {
  for (const auto* options :
       {"", ",", "ro,", "x", "x=y", "RO", "defaults", "mpol=bind:0", "huge=always", "mode=9", "mode=10000",
        "mode=", "uid=01", "uid=root", "gid=-1", "uid=4294967295", "size", "bind"}) {
    CAPTURE(options);
    CHECK_FALSE(parse_tmpfs(std::string("/t:") + options).has_value());
  }
}

TEST_CASE("a tmpfs needs a usable target") {
  for (const auto* text : {"", ":", ":size=1m", "tmp", "./tmp", "/", "/..", "/t\n", "/t:ro\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_tmpfs(text).has_value());
  }
}
