// How a layer becomes a folder: what is kept of its entries, and what is refused.
#include <archive.h>
#include <archive_entry.h>
#include <sched.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <cstdio>

#include "store_fixture.hpp"

using namespace store_test;

namespace unpack_layer_test {

/// The bytes as one gzip or zstd stream.
std::string packed(const std::string& bytes, bool zstd) {
  archive* const writer = ::archive_write_new();
  archive_entry* const entry = ::archive_entry_new();
  std::string out(bytes.size() + 4096, '\0');
  std::size_t used = 0;
  zstd ? ::archive_write_add_filter_zstd(writer) : ::archive_write_add_filter_gzip(writer);
  ::archive_write_set_format_raw(writer);
  ::archive_write_set_bytes_per_block(writer, 0);
  REQUIRE(::archive_write_open_memory(writer, out.data(), out.size(), &used) == ARCHIVE_OK);
  ::archive_entry_set_filetype(entry, AE_IFREG);
  REQUIRE(::archive_write_header(writer, entry) == ARCHIVE_OK);
  REQUIRE(::archive_write_data(writer, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size()));
  ::archive_entry_free(entry);
  REQUIRE(::archive_write_free(writer) == ARCHIVE_OK);
  out.resize(used);
  return out;
}

std::string attribute_key(const std::string& name) { return "SCHILY.xattr." + name; }

/// VFS_CAP_REVISION_2 with cap_net_raw permitted and effective.
const std::string net_raw("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);

}  // namespace unpack_layer_test

using namespace unpack_layer_test;

TEST_CASE("a layer's entries keep their content, modes, owners and times") {
  if (!has_root()) return;
  const std::string name = "a long name that fits into no header of a tar archive, " + std::string(200, 'x');
  TarBuilder tar;
  tar.add({.path = "./", .type = '5', .mode = 0755});
  tar.add({.path = "bin/", .type = '5', .mode = 01777, .uid = 5, .gid = 6, .mtime = 5});
  tar.add({.path = "bin/su", .content = "x", .mode = 06755, .uid = 1000, .gid = 2000, .mtime = 1234567890});
  tar.add({.path = "long", .content = "y", .pax = {{"path", name}, {"mtime", "7.25"}, {"uid", "3000000000"}}});
  tar.symlink("sh", "/bin/su").add({.path = "fifo", .type = '6', .mode = 0620, .gid = 4});
  tar.add({.path = "null", .type = '3', .mode = 0666, .major = 1, .minor = 3});
  tar.link("bin/sudo", "./bin/su").add({.path = "deep/er/file", .content = "z"});
  tar.add({.path = "umlaut", .pax = {{"path", "u\xcc\x88"}}}).file(std::string("latin-\xfc"), "1");
  const Unpacked layer(tar.bytes());
  REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
  CHECK(layer.result()->diff_id == sha256(tar.bytes()));

  const struct stat program = status_of(layer.path("bin/su"));
  CHECK(program.st_mode == (S_IFREG | 06755));
  CHECK((program.st_uid == 1000 && program.st_gid == 2000 && program.st_mtim.tv_sec == 1234567890));
  CHECK(status_of(layer.path("bin/sudo")).st_ino == program.st_ino);
  const struct stat folder = status_of(layer.path("bin"));
  CHECK(folder.st_mode == (S_IFDIR | 01777));
  CHECK((folder.st_uid == 5 && folder.st_gid == 6 && folder.st_mtim.tv_sec == 5));
  const struct stat long_name = status_of(layer.path(name));
  CHECK(
      (long_name.st_mtim.tv_sec == 7 && long_name.st_mtim.tv_nsec == 250'000'000 && long_name.st_uid == 3'000'000'000));
  CHECK(text_of(layer.path(name)) == "y");
  CHECK(fs::read_symlink(layer.path("sh")) == "/bin/su");
  CHECK(status_of(layer.path("fifo")).st_mode == (S_IFIFO | 0620));
  const struct stat device = status_of(layer.path("null"));
  CHECK((S_ISCHR(device.st_mode) && device.st_rdev == makedev(1, 3)));
  const struct stat made = status_of(layer.path("deep/er"));
  CHECK((made.st_mode == (S_IFDIR | 0755) && made.st_uid == 0 && made.st_mtim.tv_sec == 0));
  // Names are bytes: neither composed nor converted.
  CHECK(fs::exists(layer.path("u\xcc\x88")));
  CHECK_FALSE(fs::exists(layer.path("\xc3\xbc")));
  CHECK(text_of(layer.path("latin-\xfc")) == "1");
}

TEST_CASE("a layer is the same packed with gzip, with zstd and not at all, and its digest is of all its bytes") {
  if (!has_root()) return;
  const std::string plain =
      TarBuilder().file("a", std::string(300'000, 'a')).bytes() + std::string(5000, '\0') + "rest";
  for (const std::string& archive : {plain, packed(plain, false), packed(plain, true)}) {
    const Unpacked layer(archive);
    REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
    CHECK(layer.result()->diff_id == sha256(plain));
    CHECK(text_of(layer.path("a")).size() == 300'000);
  }
  CHECK(Unpacked(packed(packed(plain, false), false)).refusal().contains("not a tar archive"));
}

TEST_CASE("an empty layer is a folder, and an archive that is cut off is refused") {
  if (!has_root()) return;
  CHECK(Unpacked(TarBuilder().bytes()).result());
  CHECK(Unpacked("").result());
  const std::string whole = TarBuilder().file("a", std::string(3000, 'a')).bytes();
  CHECK_FALSE(Unpacked(whole.substr(0, 2000)).refusal().empty());
  for (const bool zstd : {false, true}) {
    const std::string small = packed(whole, zstd);
    for (std::size_t size = 1; size < small.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(Unpacked(small.substr(0, size)).refusal().empty());
    }
  }
}

TEST_CASE("extended attributes and file capabilities are kept, and overlayfs's own are refused") {
  if (!has_root()) return;
  TarBuilder tar;
  tar.add({.path = "ping",
           .content = "x",
           .uid = 3,
           .pax = {{attribute_key("security.capability"), net_raw},
                   {attribute_key("user.note"), std::string("a\0b", 3)},
                   {attribute_key("security.selinux"), "system_u:object_r:bin_t:s0"}}});
  tar.add({.path = "d/", .type = '5', .pax = {{attribute_key("user.note"), "folder"}}});
  const Unpacked layer(tar.bytes());
  REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
  CHECK(attribute_of(layer.path("ping"), "security.capability") == net_raw);
  CHECK(attribute_of(layer.path("ping"), "user.note") == std::string("a\0b", 3));
  CHECK(attribute_of(layer.path("d"), "user.note") == "folder");
  for (const char* name : {"trusted.overlay.opaque", "trusted.overlay.redirect", "user.overlay.opaque",
                           "user.overlay.whiteout", "security.unheard.of", "system.unheard.of"}) {
    const Unpacked refused(TarBuilder().add({.path = "d/", .type = '5', .pax = {{attribute_key(name), "y"}}}).bytes());
    CHECK_MESSAGE(refused.refusal().contains(name), name);
  }
  const Unpacked huge(
      TarBuilder().add({.path = "f", .pax = {{attribute_key("user.note"), std::string(70'000, 'x')}}}).bytes());
  CHECK(huge.refusal().contains("bytes of extended attributes"));
}

TEST_CASE("an entry has the attributes that it says, neither an earlier one's nor its folder's") {
  if (!has_root()) return;
  // A default access list: version 2; user::rwx, user:7:rwx, group::---, mask::rwx, other::---.
  const std::string access_list(
      "\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff\x02\0\x07\0\x07\0\0\0\x04\0\0\0\xff\xff\xff\xff\x10\0\x07\0\xff\xff\xff"
      "\xff"
      "\x20\0\0\0\xff\xff\xff\xff",
      44);
  TarBuilder tar;
  tar.add({.path = "d/", .type = '5', .pax = {{attribute_key("system.posix_acl_default"), access_list}}});
  tar.file("d/f", "x").folder("d/e").add({.path = "d/fifo", .type = '6'});
  tar.add({.path = "e/", .type = '5', .pax = {{attribute_key("user.x"), "1"}}});
  tar.file("e/.wh..wh..opq", "").folder("e");
  const Unpacked layer(tar.bytes());
  REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
  CHECK(attribute_of(layer.path("d"), "system.posix_acl_default") == access_list);
  for (const char* name : {"d/f", "d/e", "d/fifo"}) {
    CHECK_MESSAGE(attribute_of(layer.path(name), "system.posix_acl_access") == std::nullopt, name);
  }
  CHECK(attribute_of(layer.path("d/e"), "system.posix_acl_default") == std::nullopt);
  CHECK(status_of(layer.path("d/f")).st_mode == (S_IFREG | 0644));
  CHECK(attribute_of(layer.path("e"), "user.x") == std::nullopt);
  CHECK(attribute_of(layer.path("e"), "trusted.overlay.opaque") == "y");
}

TEST_CASE("a sparse file keeps its holes") {
  if (!has_root()) return;
  // GNU's format 1.0: a map of the pieces, then the pieces.
  std::string content = "1\n1048576\n512\n";
  content.resize(512, '\0');
  content += std::string(512, 'x');
  const TarBuilder tar = TarBuilder().add({.path = "GNUSparseFile.0/f",
                                           .content = content,
                                           .pax = {{"GNU.sparse.major", "1"},
                                                   {"GNU.sparse.minor", "0"},
                                                   {"GNU.sparse.name", "f"},
                                                   {"GNU.sparse.realsize", "4194304"}}});
  const Unpacked layer(tar.bytes());
  REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
  const struct stat file = status_of(layer.path("f"));
  CHECK(file.st_size == 4'194'304);
  CHECK(file.st_blocks * 512 < 100'000);
  CHECK(text_of(layer.path("f")).substr(1'048'576, 513) == std::string(512, 'x') + std::string(1, '\0'));
}

TEST_CASE("what would leave the layer's folder is refused") {
  if (!has_root()) return;
  const auto refusal = [](const TarBuilder& tar) {
    const Unpacked layer(tar.bytes());
    CHECK(fs::exists(layer.outside() / "layer"));
    CHECK_FALSE(fs::exists(layer.outside() / "out"));
    return layer.refusal();
  };
  CHECK(refusal(TarBuilder().file("../out", "x")).contains("leads out of its folder"));
  CHECK(refusal(TarBuilder().folder("a").file("a/../../out", "x")).contains("leads out of its folder"));
  CHECK(refusal(TarBuilder().file("/out", "x")).contains("absolute"));
  CHECK(refusal(TarBuilder().symlink("up", "..").file("up/out", "x")).contains("symbolic link"));
  CHECK(refusal(TarBuilder().symlink("top", "/tmp").file("top/out", "x")).contains("symbolic link"));
  CHECK(refusal(TarBuilder().symlink("d", "e").folder("d/f")).contains("symbolic link"));
  CHECK(refusal(TarBuilder().symlink("up", "..").file("up/.wh.layer", "")).contains("symbolic link"));
  CHECK(refusal(TarBuilder().link("l", "../layer")).contains("leads out of its folder"));
  CHECK(refusal(TarBuilder().symlink("up", "..").link("l", "up/layer")).contains("hard link"));
  CHECK(refusal(TarBuilder().link("l", "missing")).contains("hard link"));
  CHECK(refusal(TarBuilder().folder("d").link("l", "d")).contains("hard link"));
  CHECK(refusal(TarBuilder().file("f", "x").file("f/g", "x")).contains("no folder"));
  CHECK(refusal(TarBuilder().symlink(".", "/")).contains("own folder"));
  CHECK(refusal(TarBuilder()
                    .folder(std::string(50, 'a') + "/" + std::string(50, 'b'))
                    .add({.path = "x",
                          .pax = {{"path",
                                   [] {
                                     std::string deep;
                                     for (int i = 0; i < 300; ++i) deep += "d/";
                                     return deep + "f";
                                   }()}}}))
            .contains("folders deep"));
}

TEST_CASE("a device that hides names cannot come from an image") {
  if (!has_root()) return;
  CHECK(Unpacked(TarBuilder().add({.path = "x", .type = '3'}).bytes()).refusal().contains("0:0"));
  CHECK(Unpacked(TarBuilder().file(".wh.x", "").link("y", "x").bytes()).refusal().contains("hard link"));
}

TEST_CASE("the last of several entries of one name is the one that counts") {
  if (!has_root()) return;
  TarBuilder tar;
  tar.file("a", "first").file("a", "second").file("b", "file").folder("b").file("b/in", "x");
  tar.folder("c").file("c/gone", "x").file("c", "file").symlink("d", "/etc/passwd").file("d", "mine");
  tar.folder("e", 0700).file("e/stays", "x").folder("e", 0711).file("f", "x").link("g", "f").file("g", "y");
  tar.file("h", "self").link("h", "h");
  const Unpacked layer(tar.bytes());
  REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
  CHECK(text_of(layer.path("a")) == "second");
  CHECK(text_of(layer.path("b/in")) == "x");
  CHECK(text_of(layer.path("c")) == "file");
  CHECK((S_ISREG(status_of(layer.path("d")).st_mode) && text_of(layer.path("d")) == "mine"));
  CHECK(status_of(layer.path("e")).st_mode == (S_IFDIR | 0711));
  CHECK(fs::exists(layer.path("e/stays")));
  CHECK((text_of(layer.path("f")) == "x" && text_of(layer.path("g")) == "y"));
  CHECK(text_of(layer.path("h")) == "self");
  // One upon the other, the file has taken away what the folder below held.
  CHECK(attribute_of(layer.path("b"), "trusted.overlay.opaque") == "y");
}

TEST_CASE("whiteouts hide what lies below, and never what the same layer has") {
  if (!has_root()) return;
  for (const bool first : {true, false}) {
    CAPTURE(first);
    TarBuilder tar;
    tar.folder("d").file("d/.wh.gone", "");
    if (first) tar.file("d/.wh.mine", "").file("d/.wh.sub", "").file(".wh.implied", "");
    tar.file("d/mine", "x").folder("d/sub", 0700).file("d/sub/f", "x").file("implied/f", "x");
    if (!first) tar.file("d/.wh.mine", "").file("d/.wh.sub", "").file(".wh.implied", "");
    tar.folder("o").file("o/in", "x").file("o/.wh..wh..opq", "").file("p/.wh..wh..opq", "");
    tar.folder(".wh..wh.plnk").file(".wh..wh.plnk/1.2", "x");
    const Unpacked layer(tar.bytes());
    REQUIRE_MESSAGE(layer.result(), layer.result().error().message);
    CHECK(is_whiteout(layer.path("d/gone")));
    CHECK(text_of(layer.path("d/mine")) == "x");
    CHECK((text_of(layer.path("d/sub/f")) == "x" && text_of(layer.path("implied/f")) == "x"));
    CHECK(attribute_of(layer.path("d"), "trusted.overlay.opaque") == std::nullopt);
    for (const char* opaque : {"d/sub", "implied", "o", "p"}) {
      CHECK_MESSAGE(attribute_of(layer.path(opaque), "trusted.overlay.opaque") == "y", opaque);
    }
    CHECK(text_of(layer.path("o/in")) == "x");
    CHECK_FALSE(fs::exists(layer.path(".wh..wh.plnk")));
  }
  const Unpacked user(TarBuilder().file("o/.wh..wh..opq", "").bytes(), {.marks = OverlayMarks::user});
  CHECK(attribute_of(user.path("o"), "user.overlay.opaque") == "y");
  for (const char* name : {".wh.", ".wh..", ".wh...", "d/.wh..wh.x", ".wh.d/f", "a/.wh.d/f"}) {
    CHECK_MESSAGE(Unpacked(TarBuilder().file(name, "").bytes()).refusal().contains("whiteout"), name);
  }
}

TEST_CASE("in a user namespace names are hidden by the marks that its mounts read, and devices cannot be made") {
  if (!has_root()) return;
  const auto unpacks = [](const TarBuilder& tar) {
    const Unpacked layer(tar.bytes(), {.marks = OverlayMarks::user});
    if (!layer.result()) return layer.result().error().kind == EngineError::Kind::permission_denied ? 1 : 2;
    if (fs::exists(layer.path("dev/null")) || !is_whiteout(layer.path("gone"))) return 3;
    return attribute_of(layer.path("o"), "user.overlay.opaque") == "y" ? 0 : 4;
  };
  const auto in_user_namespace = [&](const TarBuilder& tar) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      if (::unshare(CLONE_NEWUSER) != 0) ::_exit(77);
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << "0 0 1";
      std::ofstream("/proc/self/gid_map") << "0 0 1";
      ::_exit(unpacks(tar));
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const TarBuilder marks = TarBuilder().file(".wh.gone", "").file("o/.wh..wh..opq", "");
  const int allowed = in_user_namespace(marks);
  if (allowed == 77) {
    MESSAGE("skipped: no user namespace can be made");
    return;
  }
  CHECK(allowed == 0);
  CHECK(in_user_namespace(TarBuilder(marks).add({.path = "dev/null", .type = '3', .major = 1, .minor = 3})) == 0);
  CHECK(in_user_namespace(TarBuilder(marks).add({.path = "null", .type = '3', .major = 1, .minor = 3})) == 1);
  CHECK(in_user_namespace(TarBuilder(marks).add({.path = "owned", .uid = 5})) == 2);
}

TEST_CASE("bombs end at the limits") {
  if (!has_root()) return;
  UnpackRules rules;
  rules.limits.bytes = 1'000'000;
  rules.limits.entries = 10;
  CHECK(Unpacked(packed(TarBuilder().file("a", std::string(2'000'000, 'a')).bytes(), false), rules)
            .refusal()
            .contains("more than 1000000 bytes"));
  // Behind the archive's end, too.
  CHECK(Unpacked(packed(TarBuilder().file("a", "").bytes() + std::string(2'000'000, '\0'), true), rules)
            .refusal()
            .contains("more than 1000000 bytes"));
  TarBuilder many;
  for (int i = 0; i < 11; ++i) many.file("f" + std::to_string(i), "");
  CHECK(Unpacked(many.bytes(), rules).refusal().contains("more than 10 entries"));
  rules.limits.keep_free = std::uint64_t{1} << 62;
  const Unpacked full(TarBuilder().file("a", "x").bytes(), rules);
  REQUIRE_FALSE(full.result());
  CHECK(full.result().error().message.contains("make room"));
}

TEST_CASE("unpacking ends when it is cancelled") {
  if (!has_root()) return;
  Cancellation cancellation;
  cancellation.cancel();
  const test::TemporaryFolder folder;
  const UniqueFd file(::open(folder.write("layer", TarBuilder().file("a", "x").bytes()).c_str(), O_RDONLY | O_CLOEXEC));
  const UniqueFd root(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const CallWatch watch({.cancellation = &cancellation}, "a test");
  const auto unpacked = unpack_layer(file.get(), root.get(), {}, watch);
  REQUIRE_FALSE(unpacked);
  CHECK(unpacked.error().kind == EngineError::Kind::cancelled);
}
