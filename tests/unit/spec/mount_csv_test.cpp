#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

namespace {

const PathContext paths{"/srv/skills", "/home/me"};

std::expected<Mount, ParseError> parse(std::string_view text) { return parse_mount(text, paths); }

}  // namespace

TEST_CASE("a bind names type, source and target") {
  const auto mount = parse("type=bind,source=/data,target=/work,readonly,bind-propagation=rslave");
  REQUIRE(mount);
  CHECK(mount->type == MountType::bind);
  CHECK(mount->source == "/data");
  CHECK(mount->target == "/work");
  CHECK(mount->read_only);
  CHECK(mount->propagation == Propagation::rslave);
  CHECK_FALSE(mount->create_source);
}

TEST_CASE("keys have aliases, and keys, types and propagations any case") {
  for (const auto* text : {"type=bind,src=/etc,dst=/h,ro", "TYPE=Bind,Source=/etc,DESTINATION=/h,ReadOnly",
                           "target=/h,type=BIND,src=/etc,ro=true,bind-propagation=RSLAVE"}) {
    CAPTURE(text);
    const auto mount = parse(text);
    REQUIRE(mount);
    CHECK(mount->type == MountType::bind);
    CHECK(mount->source == "/etc");
    CHECK(mount->target == "/h");
    CHECK(mount->read_only);
  }
}

TEST_CASE("the record is CSV, so a quoted field hides nothing") {
  const auto quoted = parse(R"("type=bind","src=/etc",target=/h)");
  REQUIRE(quoted);
  CHECK(quoted->source == "/etc");
  const auto comma = parse(R"(type=bind,"src=/a,b ""c""",target=/h)");
  REQUIRE(comma);
  CHECK(comma->source == "/a,b \"c\"");
}

TEST_CASE("broken CSV is refused") {
  for (const auto* text :
       {R"(type=bind,src="/etc",target=/h)", R"("type=bind,src=/etc,target=/h)", R"("type=bind"x,src=/etc,target=/h)",
        "type=bind,src=/etc,target=/h\ntype=tmpfs", "\ntype=bind,src=/etc,target=/h", "type=bind,src=/etc,target=/h,",
        ",type=bind,src=/etc,target=/h", "type=bind,,src=/etc,target=/h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).has_value());
  }
}

TEST_CASE("a mount without a type is a volume") {
  const auto mount = parse("source=cache,target=/c,volume-nocopy,volume-subpath=a/b");
  REQUIRE(mount);
  CHECK(mount->type == MountType::volume);
  CHECK(mount->source == "cache");
  CHECK(mount->nocopy);
  CHECK(mount->subpath == "a/b");
  CHECK(parse("target=/c")->source.empty());
  CHECK_FALSE(parse("source=/etc,target=/h").has_value());
}

TEST_CASE("a tmpfs has a size and a mode") {
  const auto mount = parse("type=tmpfs,target=/tmp,tmpfs-size=64m,tmpfs-mode=1777");
  REQUIRE(mount);
  CHECK(mount->type == MountType::tmpfs);
  CHECK(mount->tmpfs_size == 64 * 1024 * 1024);
  CHECK(mount->tmpfs_mode == 01777U);
  for (const auto* option : {"tmpfs-mode=8", "tmpfs-mode=0o700", "tmpfs-mode=+7", "tmpfs-mode=10000", "tmpfs-mode=7_7",
                             "tmpfs-mode=", "tmpfs-size=-1", "tmpfs-size=lots", "source=/x", "src=x"}) {
    CAPTURE(option);
    CHECK_FALSE(parse(std::string("type=tmpfs,target=/tmp,") + option).has_value());
  }
}

TEST_CASE("readonly takes the words that docker takes for a boolean") {
  for (const auto* word : {"1", "t", "T", "true", "TRUE", "True"}) {
    CAPTURE(word);
    CHECK(parse(std::string("type=bind,src=/a,dst=/b,ro=") + word)->read_only);
  }
  for (const auto* word : {"0", "f", "F", "false", "FALSE", "False"}) {
    CAPTURE(word);
    CHECK_FALSE(parse(std::string("type=bind,src=/a,dst=/b,readonly=") + word)->read_only);
  }
  for (const auto* word : {"", "yes", "on", "tRUE", "2", " true"}) {
    CAPTURE(word);
    CHECK_FALSE(parse(std::string("type=bind,src=/a,dst=/b,readonly=") + word).has_value());
  }
}

TEST_CASE("an option is given once, whichever name it goes by") {
  for (const auto* more : {"src=/b", "source=/a", "type=bind", "target=/c", "destination=/b", "ro=false,readonly"}) {
    CAPTURE(more);
    CHECK_FALSE(parse(std::string("type=bind,src=/a,dst=/b,") + more).has_value());
  }
}

TEST_CASE("a mount type that is not known is told apart") {
  for (const auto* type : {"npipe", "image", "cluster", "glob", "ramfs", "bind "}) {
    CAPTURE(type);
    const auto refused = parse(std::string("src=/a,dst=/b,type=") + type);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().unknown_type);
    CHECK(refused.error().message.starts_with("unknown mount type"));
  }
  CHECK_FALSE(parse("type=bind,dst=/b").error().unknown_type);
}

TEST_CASE("an option that is not understood is refused by name") {
  for (const auto* option : {"image-subpath=x", "relabel=shared", "U=true", "idmap", "foo=bar", "foo"}) {
    CAPTURE(option);
    const auto refused = parse(std::string("type=volume,source=cache,target=/b,") + option);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("is not supported") != std::string::npos);
  }
}

TEST_CASE("options of another type of mount are refused") {
  for (const auto* text : {"type=bind,src=/a,dst=/b,volume-nocopy", "type=bind,src=/a,dst=/b,tmpfs-size=1m",
                           "src=cache,dst=/b,tmpfs-mode=700", "src=cache,dst=/b,bind-propagation=shared",
                           "type=tmpfs,dst=/b,volume-subpath=x", "type=bind,src=/a,dst=/b,volume-subpath=x",
                           "type=tmpfs,dst=/b,bind-propagation=slave", "type=bind,src=/a,dst=/b,bind-propagation=x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).has_value());
  }
}

TEST_CASE("a source and a target are there and usable") {
  CHECK(parse("type=bind,src=./x,dst=/b")->source == "/srv/skills/x");
  CHECK(parse("type=bind,src=~/x,dst=/b")->source == "/home/me/x");
  CHECK(parse("type=bind,src=/a/../etc,dst=/b//c/")->source == "/etc");
  for (const auto* text : {"", "type=bind", "type=bind,src=/a", "type=bind,dst=/b", "type=bind,src=,dst=/b",
                           "type=bind,src=/a,dst=", "type=bind,src,dst=/b", "type,src=/a,dst=/b", "type=,src=/a,dst=/b",
                           "type=bind,src=x/y,dst=/b", "type=bind,src=/a,dst=b", "type=bind,src=/a,dst=/",
                           "type=bind,src=/a,dst=/b/..", "src=x,dst=/b", "type=bind,src=~u,dst=/b", "/a:/b"}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text).has_value());
  }
}

TEST_CASE("a subpath stays inside its volume") {
  for (const auto* path : {"..", "../x", "a/../b", "/a", "a//b", "a/", "./a"}) {
    CAPTURE(path);
    CHECK_FALSE(parse(std::string("src=cache,dst=/b,volume-subpath=") + path).has_value());
  }
}

TEST_CASE("dots inside a name of a subpath are no way out") {
  CHECK(parse("src=cache,dst=/b,volume-subpath=a../..b/...")->subpath == "a../..b/...");
}

TEST_CASE("an anonymous volume can be neither read-only nor a part of one") {
  CHECK_FALSE(parse("dst=/b,ro").has_value());
  CHECK_FALSE(parse("dst=/b,volume-subpath=x").has_value());
  CHECK(parse("dst=/b,ro=false"));
}
