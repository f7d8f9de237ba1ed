#include <doctest/doctest.h>

#include "engine/wire/endpoint.hpp"

using namespace skillrun;

namespace {

std::string read(const std::string& address, bool tls = false) {
  const auto endpoint = parse_endpoint(address, tls ? std::optional(TlsFiles{"/certs"}) : std::nullopt);
  return endpoint ? endpoint->address() : "refused";
}

}  // namespace

TEST_CASE("addresses are read as docker reads them") {
  CHECK(read("unix:///run/docker.sock") == "unix:///run/docker.sock");
  CHECK(read("tcp://10.0.0.1") == "tcp://10.0.0.1:2375");
  CHECK(read("tcp://10.0.0.1", true) == "tcp://10.0.0.1:2376");
  CHECK(read("tcp://engine.example:1234") == "tcp://engine.example:1234");
  CHECK(read("tcp://[::1]:1234") == "tcp://[::1]:1234");
  CHECK(read("ssh://host") == "ssh://host");
  CHECK(read("ssh://me@host:22/run/user/1000/docker.sock") == "ssh://me@host:22/run/user/1000/docker.sock");
  const auto far = parse_endpoint("ssh://me@[fe80::1]:2222/", std::nullopt);
  REQUIRE(far);
  CHECK(far->user == "me");
  CHECK(far->host == "fe80::1");
  CHECK(far->port == "2222");
  CHECK(far->path.empty());
  CHECK(far->is_remote());
  CHECK_FALSE(Endpoint(std::string("/run/docker.sock")).is_remote());
}

TEST_CASE("an address cannot bring options of ssh, a password or a path along") {
  for (const char* address : {"unix://relative.sock",
                              "unix://",
                              "tcp://",
                              "tcp://:2375",
                              "tcp://host:",
                              "tcp://host:0",
                              "tcp://host:65536",
                              "tcp://host:12x",
                              "tcp://host/path",
                              "tcp://[::1",
                              "tcp://[::1]x",
                              "ssh://",
                              "ssh://-oProxyCommand=x",
                              "ssh://-l@host",
                              "ssh://me:secret@host",
                              "ssh://ho st",
                              "ssh://host;id",
                              "ssh://@host",
                              "ssh://me@[host%1]:22",
                              "ssh://host/a;id",
                              "ssh://host/$(id)",
                              "ssh://host/a b",
                              "ssh://host/a\nb",
                              "http://host",
                              "host",
                              "",
                              "npipe:////./pipe/docker_engine",
                              "fd://"}) {
    CAPTURE(address);
    CHECK(read(address) == "refused");
  }
}
