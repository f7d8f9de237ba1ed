#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

namespace {

const PathContext paths{"/srv/skills", "/home/me"};

std::expected<Mount, ParseError> parse(std::string_view text) { return parse_volume(text, paths); }

}  // namespace

TEST_CASE("a volume with a path is a bind whose source the engine would create") {
  const auto mount = parse("/data:/work");
  REQUIRE(mount);
  CHECK(mount->type == MountType::bind);
  CHECK(mount->source == "/data");
  CHECK(mount->target == "/work");
  CHECK(mount->create_source);
  CHECK_FALSE(mount->read_only);
  CHECK(mount->propagation == Propagation::unset);
  CHECK(mount->relabel == Relabel::none);
}

TEST_CASE("the disguises of a host path are seen through") {
  for (const auto& [text, source] : {std::pair{"//etc//:/h", "/etc"},
                                     {"/tmp/../root:/h", "/root"},
                                     {"/./:/h", "/"},
                                     {"/:/h", "/"},
                                     {".:/h", "/srv/skills"},
                                     {"./x:/h", "/srv/skills/x"},
                                     {"..:/h", "/srv"},
                                     {"./../../..:/h", "/"},
                                     {"~:/h", "/home/me"},
                                     {"~/.ssh:/h", "/home/me/.ssh"}}) {
    CAPTURE(text);
    const auto mount = parse(text);
    REQUIRE(mount);
    CHECK(mount->type == MountType::bind);
    CHECK(mount->source == source);
  }
}

TEST_CASE("a name is a volume of the engine, and one part an anonymous one") {
  const auto named = parse("cache.v1_x-y:/cache/");
  REQUIRE(named);
  CHECK(named->type == MountType::volume);
  CHECK(named->source == "cache.v1_x-y");
  CHECK(named->target == "/cache");
  CHECK_FALSE(named->create_source);

  const auto anonymous = parse("/cache");
  REQUIRE(anonymous);
  CHECK(anonymous->type == MountType::volume);
  CHECK(anonymous->source.empty());
  CHECK(anonymous->target == "/cache");
}

TEST_CASE("modes are read word by word") {
  const auto bind = parse("/a:/b:ro,Z,rslave,cached");
  REQUIRE(bind);
  CHECK(bind->read_only);
  CHECK(bind->relabel == Relabel::private_);
  CHECK(bind->propagation == Propagation::rslave);

  const auto shared = parse("/a:/b:z,rshared,rw");
  REQUIRE(shared);
  CHECK_FALSE(shared->read_only);
  CHECK(shared->relabel == Relabel::shared);
  CHECK(shared->propagation == Propagation::rshared);

  const auto volume = parse("cache:/b:nocopy,ro");
  REQUIRE(volume);
  CHECK(volume->nocopy);
  CHECK(volume->read_only);
  for (const auto* mode : {"consistent", "cached", "delegated"}) CHECK(parse(std::string("/a:/b:") + mode));
}

TEST_CASE("modes that contradict or repeat each other are refused") {
  for (const auto* modes : {"ro,rw", "ro,ro", "z,Z", "z,z", "shared,slave", "private,private", "cached,delegated"}) {
    CAPTURE(modes);
    CHECK_FALSE(parse(std::string("/a:/b:") + modes).has_value());
  }
  CHECK_FALSE(parse("cache:/b:nocopy,nocopy").has_value());
}

TEST_CASE("modes of the other kind of mount are refused") {
  for (const auto* text : {"/a:/b:nocopy", "cache:/b:z", "cache:/b:Z", "cache:/b:rshared", "cache:/b:private"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).has_value());
  }
}

TEST_CASE("unknown modes are refused") {
  for (const auto* mode :
       {"RO", "readonly", "x", "", "ro,", ",ro", "ro, rw", "U", "O", "idmap", "exec", "suid", "copy"}) {
    CAPTURE(mode);
    CHECK_FALSE(parse(std::string("/a:/b:") + mode).has_value());
  }
  CHECK(parse("/a:/b:x").error().message ==
        "expected a mode (ro, rw, z, Z, nocopy, consistent, cached, delegated or a propagation), found 'x', in "
        "'/a:/b:x'");
}

TEST_CASE("sources that engines read in different ways are refused") {
  for (const auto* text : {"x/y:/b", ".x:/b", ".x/y:/b", "~root:/b", "~root/x:/b", "x:/b", "-x:/b", "_x:/b", "a b:/b",
                           "c\u00e4:/b", "\"/etc\":/b"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).has_value());
  }
}

TEST_CASE("a volume needs a usable target") {
  for (const auto* text : {"", ":", "/a:", ":/b", "::", "/a:b", "/a:ro", "cache", "relative/x", "/", "/a:/", "/a://",
                           "/a:/b/..", "/a:/b:", "/a:/b:ro:z", "/a:/b\n", "/a\n:/b"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).has_value());
  }
  CHECK_FALSE(parse(std::string_view("/a\0x:/b", 7)).has_value());
}
