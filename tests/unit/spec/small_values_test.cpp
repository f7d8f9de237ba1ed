#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

TEST_CASE("a ulimit has a soft and a hard value") {
  const auto one = parse_ulimit("nofile=1024");
  REQUIRE(one);
  CHECK(one->name == "nofile");
  CHECK(one->soft == 1024);
  CHECK(one->hard == 1024);
  CHECK(parse_ulimit("core=0:-1").has_value() == false);
  const auto two = parse_ulimit("nproc=10:20");
  REQUIRE(two);
  CHECK(two->soft == 10);
  CHECK(two->hard == 20);
  CHECK(parse_ulimit("memlock=-1:-1")->hard == -1);
  CHECK(parse_ulimit("memlock=-1")->soft == -1);
}

TEST_CASE("limits that engines read differently or refuse are refused") {
  for (const auto* text : {"", "nofile", "nofile=", "=1", "foo=1", "NOFILE=1", "nofile=20:10", "nofile=-1:5",
                           "nofile=5:-1", "nofile=-2", "nofile=1:2:3", "nofile=01", "nofile=+1", "nofile=1m",
                           "nofile= 1", "nofile=1:", "nofile=9223372036854775808", "as=1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ulimit(text).has_value());
  }
}

TEST_CASE("a capability is written in any case, with or without CAP_") {
  for (const auto* text : {"NET_RAW", "net_raw", "CAP_NET_RAW", "cap_net_raw", "Cap_Net_Raw"}) {
    CHECK(parse_capability(text) == "NET_RAW");
  }
  CHECK(parse_capability("all") == "ALL");
  CHECK(parse_capability("checkpoint_restore") == "CHECKPOINT_RESTORE");
}

TEST_CASE("only what the kernel knows is a capability") {
  for (const auto* text :
       {"", "CAP_", "CAP_ALL", "CAP_CAP_CHOWN", "NET_RAW ", "NET_ADMIN,SYS_ADMIN", "ROOT", "NET-RAW", "CHOWN\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_capability(text).has_value());
  }
  CHECK(parse_capability("NET_ROW").error().message.ends_with("did you mean NET_RAW"));
}

TEST_CASE("a device has a path on each side and permissions") {
  const PathContext paths{"/srv", "/home/me"};
  const auto plain = parse_device("/dev//fuse", paths);
  REQUIRE(plain);
  CHECK(plain->host == "/dev/fuse");
  CHECK(plain->container == "/dev/fuse");
  CHECK(plain->permissions == "rwm");
  const auto full = parse_device("/dev/sda:/dev/xvda:r", paths);
  REQUIRE(full);
  CHECK(full->container == "/dev/xvda");
  CHECK(full->permissions == "r");
  const auto two = parse_device("/dev/sda:mr", paths);
  REQUIRE(two);
  CHECK(two->container == "/dev/sda");
  CHECK(two->permissions == "mr");
}

TEST_CASE("what is not a device is refused") {
  const PathContext paths{"/srv", "/home/me"};
  for (const auto* text : {"", "/", "dev/sda", "./sda", "~/sda", "vendor.com/class=name", "/dev/sda:", "/dev/sda:x",
                           "/dev/sda:rr", "/dev/sda::r", "/dev/sda:/x:", "/dev/sda:/x:rwx", "/dev/sda:/x:r:w",
                           "/dev/sda:r:w", "/dev/sda:/", "/dev/sda\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_device(text, paths).has_value());
  }
}

TEST_CASE("GPUs are all or a positive number") {
  CHECK(parse_gpus("all")->count == -1);
  CHECK(parse_gpus("2")->count == 2);
  for (const auto* text : {"", "0", "-1", "01", "+1", "ALL", "2147483648", "1 "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_gpus(text).has_value());
  }
}

TEST_CASE("an extra host is a name and an address") {
  CHECK(parse_extra_host("db:10.0.0.5")->address == "10.0.0.5");
  CHECK(parse_extra_host("db.local:2001:db8::1")->address == "2001:db8::1");
  CHECK(parse_extra_host("me:host-gateway")->host == "me");
  CHECK(parse_extra_host("db=10.0.0.5")->host == "db");
  CHECK(parse_extra_host("db=10.0.0.5")->address == "10.0.0.5");
  CHECK(parse_extra_host("db=[::1]")->address == "::1");
  CHECK(parse_extra_host("db:[::1]")->address == "::1");
  for (const auto* text : {"", "db", "db:", ":10.0.0.5", "=10.0.0.5", "db=", "a:b=10.0.0.5", "a=b:10.0.0.5", "db:[]",
                           "db:[::1", "db:10.0.0", "db:010.0.0.1", "db:fe80::1%eth0", "db:HOST-GATEWAY", "db:10.0.0.5 ",
                           "a b:10.0.0.5", "-a:10.0.0.5", "db:x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_extra_host(text).has_value());
  }
}

TEST_CASE("a signal has one canonical name") {
  for (const auto* text : {"TERM", "SIGTERM", "sigterm", "Term", "15"}) CHECK(parse_signal(text) == "SIGTERM");
  CHECK(parse_signal("iot") == "SIGABRT");
  CHECK(parse_signal("SIGCLD") == "SIGCHLD");
  CHECK(parse_signal("poll") == "SIGIO");
  CHECK(parse_signal("35") == "35");
  CHECK(parse_signal("64") == "64");
  for (const auto* text :
       {"", "0", "65", "-9", "+9", "09", "SIG", "SIGSIGTERM", "TERMINATE", "TERM ", "RTMIN", "9\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_signal(text).has_value());
  }
}

TEST_CASE("a platform is a system, an architecture and a variant") {
  CHECK(parse_platform("linux/amd64") == "linux/amd64");
  CHECK(parse_platform("Linux/ARM/v7") == "linux/arm/v7");
  CHECK(parse_platform("linux") == "linux");
  for (const auto* text : {"", "amd64", "/", "linux/", "/amd64", "linux//v7", "linux/arm/v7/x", "linux/a.b", "linux/-x",
                           "windows(10.0)/amd64", "linux amd64", "linux/amd64\n", "--privileged"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_platform(text).has_value());
  }
}

TEST_CASE("a platform by another of its names is the same platform, as docker sees it") {
  CHECK(parse_platform("linux/x86_64") == "linux/amd64");
  CHECK(parse_platform("linux/i386") == "linux/386");
  CHECK(parse_platform("linux/AArch64") == "linux/arm64");
  CHECK(parse_platform("linux/armel") == "linux/arm/v6");
  CHECK(parse_platform("linux/arm/7") == "linux/arm/v7");
  CHECK(parse_platform("linux/amd64/v1") == "linux/amd64");
  CHECK(parse_platform("linux/amd64/v2") == "linux/amd64/v2");
  CHECK(parse_platform("macos/arm64") == "darwin/arm64");
  CHECK_FALSE(parse_platform("linux/armhf/v6"));
}

TEST_CASE("an environment entry is a name, or a name and a value") {
  const auto both = parse_environment("A=b=c");
  REQUIRE(both);
  CHECK(both->name == "A");
  CHECK(both->value == "b=c");
  CHECK_FALSE(both->from_caller);
  CHECK(parse_environment("A=")->value == "");
  CHECK(parse_environment("A=two\nlines\tand a tab")->value == "two\nlines\tand a tab");
  const auto copied = parse_environment("HOME");
  REQUIRE(copied);
  CHECK_FALSE(copied->value.has_value());
  CHECK(copied->from_caller);
}

TEST_CASE("an environment entry has a name and no NUL") {
  for (const auto* text : {"", "=", "=x", "A\n=x", "A\nB=x", "A=\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_environment(text).has_value());
  }
  CHECK_FALSE(parse_environment(std::string_view("A=b\0c", 5)).has_value());
  CHECK_FALSE(parse_environment(std::string_view("A\0B=c", 5)).has_value());
}

TEST_CASE("a pull policy is one of three words") {
  CHECK(parse_pull_policy("missing") == PullPolicy::missing);
  CHECK(parse_pull_policy("always") == PullPolicy::always);
  CHECK(parse_pull_policy("never") == PullPolicy::never);
  for (const auto* text : {"", "Always", "if-not-present", "never "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_pull_policy(text).has_value());
  }
}
