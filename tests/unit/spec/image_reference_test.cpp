#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

namespace {

const std::string hex64(64, 'a');

std::string canonical(std::string_view text) {
  const auto reference = parse_image_reference(text);
  return reference ? reference->canonical() : "refused: " + reference.error().message;
}

}  // namespace

TEST_CASE("a short name is an official image of the Hub") {
  const auto image = parse_image_reference("debian");
  REQUIRE(image);
  CHECK(image->registry == "docker.io");
  CHECK(image->repository == "library/debian");
  CHECK(image->tag.empty());
  CHECK(image->digest.empty());
  CHECK(image->familiar() == "debian:latest");
  CHECK(image->canonical() == "docker.io/library/debian:latest");
}

TEST_CASE("the first component is a registry when it looks like a host") {
  CHECK(canonical("tools/jq:1.7") == "docker.io/tools/jq:1.7");
  CHECK(canonical("reg.example.com/jq") == "reg.example.com/jq:latest");
  CHECK(canonical("localhost/jq") == "localhost/jq:latest");
  CHECK(canonical("localhost:5000/tools/jq:1.7") == "localhost:5000/tools/jq:1.7");
  CHECK(canonical("reg:80/jq") == "reg:80/jq:latest");
  CHECK(canonical("REG.example.com/jq") == "REG.example.com/jq:latest");
  CHECK(canonical("127.0.0.1:5000/jq") == "127.0.0.1:5000/jq:latest");
}

TEST_CASE("the Hub's names are one registry") {
  for (const auto* text : {"jq", "library/jq", "docker.io/jq", "docker.io/library/jq", "index.docker.io/jq",
                           "index.docker.io/library/jq"}) {
    CAPTURE(text);
    CHECK(canonical(text) == "docker.io/library/jq:latest");
    CHECK(parse_image_reference(text)->familiar() == "jq:latest");
  }
}

TEST_CASE("a colon after the last slash begins a tag, not a port") {
  CHECK(canonical("localhost:5000") == "docker.io/library/localhost:5000");
  CHECK(canonical("localhost:5000/x") == "localhost:5000/x:latest");
}

TEST_CASE("a digest pins an image, with or without a tag") {
  const auto image = parse_image_reference("tools/jq:1.7@sha256:" + hex64);
  REQUIRE(image);
  CHECK(image->tag == "1.7");
  CHECK(image->digest == "sha256:" + hex64);
  CHECK(image->familiar() == "tools/jq:1.7@sha256:" + hex64);
  CHECK(parse_image_reference("jq@sha256:" + hex64)->familiar() == "jq@sha256:" + hex64);
  CHECK(parse_image_reference("jq@sha512:" + std::string(128, '0')));
}

TEST_CASE("a digest has a known algorithm and exactly its digits") {
  for (const auto& digest : {"sha256:" + hex64.substr(1), "sha256:" + hex64 + "a", "sha256:" + std::string(64, 'A'),
                             "sha256:" + std::string(64, 'g'), "sha1:" + std::string(40, 'a'), "sha256+b64:" + hex64,
                             "sha512:" + hex64, std::string("sha256:"), std::string(), hex64}) {
    CAPTURE(digest);
    CHECK_FALSE(parse_image_reference("jq@" + digest).has_value());
  }
}

TEST_CASE("64 hexadecimal digits are an image id") {
  for (const auto& text : {hex64, "sha256:" + hex64}) {
    const auto image = parse_image_reference(text);
    REQUIRE(image);
    CHECK(image->id == hex64);
    CHECK(image->repository.empty());
    CHECK(image->registry.empty());
    CHECK(image->familiar() == hex64);
  }
  CHECK(parse_image_reference(hex64.substr(1))->id.empty());
  CHECK_FALSE(parse_image_reference(std::string(64, 'A')).has_value());
  CHECK_FALSE(parse_image_reference("sha512:" + std::string(128, 'a')).has_value());
}

TEST_CASE("a name on the Hub that begins like another registry is refused, because docker may ask that one") {
  for (const auto* text : {"docker.io/localhost/x:1", "docker.io/foo.bar/x", "index.docker.io/a.b/c/d",
                           "docker.io/docker.io/x", "docker.io/index.docker.io/x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_image_reference(text).has_value());
  }
  CHECK(canonical("docker.io/foo.bar") == "docker.io/library/foo.bar:latest");
}

TEST_CASE("a name that looks like an id stays a name when it is shortened") {
  const auto image = parse_image_reference("docker.io/library/" + hex64);
  REQUIRE(image);
  CHECK(image->id.empty());
  CHECK(canonical(image->familiar()) == image->canonical());
}

TEST_CASE("components of a repository are joined as the grammar says") {
  for (const auto* text : {"a.b", "a_b", "a__b", "a-b", "a---b", "0/1/2", "a/b/c/d"}) {
    CAPTURE(text);
    CHECK(parse_image_reference(text));
  }
  for (const auto* text : {"a..b", "a___b", "a._b", "a.-b", ".a", "a.", "_a", "a_", "a-", "-a", "a//b", "/a", "a/",
                           "a/-b", "a/.b", "a b", "a+b", "\u00e4", "a/b/"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_image_reference(text).has_value());
  }
}

TEST_CASE("an image that is a flag or a line is refused") {
  for (const auto* text :
       {"", "-", "--privileged", "-v/:/h", "debian --privileged", "debian\n", "\ndebian", " debian", "debian "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_image_reference(text).has_value());
  }
  CHECK_FALSE(parse_image_reference(std::string_view("debian\0:x", 9)).has_value());
}

TEST_CASE("upper case belongs to tags and to hosts with a dot or a port") {
  CHECK(parse_image_reference("debian:Bookworm"));
  for (const auto* text : {"Debian", "tools/JQ", "Foo/bar", "LOCALHOST/x", "reg.example.com/Jq"}) {
    CAPTURE(text);
    const auto refused = parse_image_reference(text);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("lower case") != std::string::npos);
  }
}

TEST_CASE("a registry is a host name with an optional port and no credentials") {
  for (const auto* text :
       {"user@host.com/x", "user:pass@host.com/x", "host.com:/x", "host.com:8o/x", "-host.com/x", "host-.com/x",
        "host..com/x", "a_b.com/x", "[::1]:5000/x", "https://host.com/x", "host.com:80:80/x", ".com/x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_image_reference(text).has_value());
  }
}

TEST_CASE("tags and names have a greatest length") {
  CHECK(parse_image_reference("a:" + std::string(128, 't')));
  CHECK_FALSE(parse_image_reference("a:" + std::string(129, 't')).has_value());
  CHECK(parse_image_reference("a.b/" + std::string(251, 'x')));
  CHECK_FALSE(parse_image_reference("a.b/" + std::string(252, 'x')).has_value());
  for (const auto* text : {"a:", "a:.x", "a:-x", "a:x:y", "a:\u00fc", "a:x/", "a@", "a:x@"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_image_reference(text).has_value());
  }
}
