#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

TEST_CASE("a port alone is published on any free port of every interface") {
  const auto ports = parse_ports("80");
  REQUIRE(ports);
  REQUIRE(ports->size() == 1);
  CHECK(ports->front().host_ip.empty());
  CHECK_FALSE(ports->front().host_port.has_value());
  CHECK(ports->front().container_port == 80);
  CHECK(ports->front().protocol == "tcp");
}

TEST_CASE("a mapping names address, host port, container port and protocol") {
  const auto ports = parse_ports("127.0.0.1:8080:80/UDP");
  REQUIRE(ports);
  CHECK(ports->front().host_ip == "127.0.0.1");
  CHECK(ports->front().host_port == 8080);
  CHECK(ports->front().container_port == 80);
  CHECK(ports->front().protocol == "udp");
  CHECK_FALSE(parse_ports("127.0.0.1::80")->front().host_port.has_value());
  CHECK(parse_ports("[::1]:8080:80/sctp")->front().host_ip == "::1");
}

TEST_CASE("ranges of the same length are expanded") {
  const auto ports = parse_ports("9000-9002:80-82");
  REQUIRE(ports);
  REQUIRE(ports->size() == 3);
  CHECK(ports->at(2).host_port == 9002);
  CHECK(ports->at(2).container_port == 82);
  CHECK(parse_ports("80-80")->size() == 1);
  CHECK(parse_ports("8000-9000")->size() == 1001);
  CHECK(parse_ports("64512-65535")->size() == 1024);
}

TEST_CASE("ranges that do not match, run backwards or never end are refused") {
  for (const auto* text :
       {"9000-9002:80", "9000-9001:80-82", "82-80", "1-1025", "1-65535:1-65535", "80-", "-80", "80-81-82"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ports(text).has_value());
  }
}

TEST_CASE("what is not a port is refused") {
  for (const auto* text : {"",
                           "0",
                           "65536",
                           "0:80",
                           "80:0",
                           "080",
                           "+80",
                           "-1",
                           "http",
                           "80/",
                           "80/icmp",
                           "80/tcp/udp",
                           ":80",
                           "80:",
                           "::80",
                           "a:80:80",
                           "1.2.3:80:80",
                           "01.2.3.4:80:80",
                           "::1:80:80",
                           "[::1]:80",
                           "[]:80:80",
                           "[1.2.3.4]:80:80",
                           "[fe80::1%eth0]:80:80",
                           "localhost:80:80",
                           " 80",
                           "80 ",
                           "80\n",
                           "1.2.3.4:80:80:80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ports(text).has_value());
  }
}
