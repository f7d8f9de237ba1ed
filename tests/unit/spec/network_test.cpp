#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

namespace {

std::string read(std::string_view text) {
  const auto mode = parse_network(text);
  return mode ? mode->text() : "refused: " + mode.error().message;
}

}  // namespace

TEST_CASE("the literal modes are known") {
  CHECK(parse_network("none")->kind == NetworkKind::none);
  CHECK(parse_network("bridge")->kind == NetworkKind::bridge);
  CHECK(parse_network("default")->kind == NetworkKind::bridge);
  CHECK(parse_network("host")->kind == NetworkKind::host);
  CHECK(parse_network("host")->name.empty());
}

TEST_CASE("another container's or a path's network is told apart from a network's name") {
  const auto container = parse_network("container:abc_1");
  REQUIRE(container);
  CHECK(container->kind == NetworkKind::container);
  CHECK(container->name == "abc_1");
  const auto path = parse_network("ns:/proc//1/ns/net");
  REQUIRE(path);
  CHECK(path->kind == NetworkKind::path);
  CHECK(path->name == "/proc/1/ns/net");
  CHECK(parse_network("backend")->kind == NetworkKind::named);
}

TEST_CASE("a mode is written out as it is read") {
  for (const auto* text : {"none", "bridge", "host", "container:abc", "ns:/run/netns/x", "my.net-1"})
    CHECK(read(text) == text);
}

TEST_CASE("what some engine takes for a way to connect is not the name of a network, in whatever case") {
  for (const auto* text : {"HOST",
                           "Host",
                           "NONE",
                           "Bridge",
                           "DEFAULT",
                           "container",
                           "ns",
                           "NS",
                           "pod",
                           "private",
                           "Private",
                           "pasta",
                           "PASTA",
                           "podman",
                           "slirp4netns",
                           "Slirp4Netns",
                           "pasta:-T,53",
                           "bridge:ip=10.0.0.5",
                           "pasta:x",
                           "Host:x",
                           "CONTAINER:abc",
                           "NS:/proc/1/ns/net",
                           "name=pasta",
                           "name=Private",
                           "NAME=slirp4netns",
                           "\"name=podman\""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network(text).has_value());
  }
  for (const auto* text : {"hostile", "my-host", "podman2", "bridge0", "pasta.net", "default_net"}) {
    CAPTURE(text);
    const auto mode = parse_network(text);
    REQUIRE(mode);
    CHECK(mode->kind == NetworkKind::named);
  }
}

TEST_CASE("the CSV form is folded to lower case as docker folds it") {
  for (const auto* text : {"name=host", "name=HOST", "NAME=Host", "\"name=host\"", "\"name=HOST\""}) {
    CAPTURE(text);
    const auto mode = parse_network(text);
    REQUIRE(mode);
    CHECK(mode->kind == NetworkKind::host);
  }
  CHECK(read("name=MyNet") == "mynet");
  CHECK(read("name=container:Abc") == "container:abc");
}

TEST_CASE("every CSV option but name is refused") {
  for (const auto* text :
       {"name=host,alias=x", "alias=x", "alias=x,name=host", "name=a,name=b", "network=host", "driver-opt=a=b",
        "name=a,ip=10.0.0.5", "container:a=b", "x=y", "name=host,", "name=a,b", "\"name=host\"x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network(text).has_value());
  }
}

TEST_CASE("what is not a network is refused") {
  for (const auto* text :
       {"", " ", "host ", " host", "name=", "=host", "name= host", "a b", "container:", "container:/x", "container:-x",
        "ns:", "ns:x", "-x", ".x", "slirp4netns:allow_host_loopback", "a,b", "h\u00f6st", "host\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network(text).has_value());
  }
  CHECK_FALSE(parse_network(std::string_view("host\0x", 6)).has_value());
}
