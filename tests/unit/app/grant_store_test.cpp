#include "app/grant_store.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "app/caller_grants.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::app;
using skillrun::test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

GrantRecord record(std::string skill, std::string digest = "sha256:1") {
  return {.skill = std::move(skill),
          .instance = std::nullopt,
          .manifest = "/srv/skills.toml",
          .digest = std::move(digest),
          .day = "2026-11-27",
          .asks = {{.kind = AskKind::mount, .subject = "/srv/films", .writes = true},
                   {.kind = AskKind::variable, .subject = "TOKEN"}}};
}

struct Home {
  TemporaryFolder root;
  std::string folder = root.path() + "/config/skillrun/grants";
  GrantStore store{folder};

  void record_one() const {
    const auto done = store.update([](GrantRecords& records) { put_record(records, record("tool")); });
    if (!done) FAIL_CHECK(done.error());
  }
  /// What reading and writing say, which must be the same.
  [[nodiscard]] std::string refusal() const {
    const auto read = store.read();
    const auto written = store.update([](GrantRecords& records) { records.clear(); });
    CHECK_FALSE(read);
    CHECK_FALSE(written);
    if (read || written) return {};
    CHECK(read.error() == written.error());
    return read.error();
  }
  [[nodiscard]] std::string file() const { return folder + "/grants.json"; }
};

bool says(const std::string& text, std::string_view part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

mode_t mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a record keeps the build context that was shown, and an unknown member of it is not understood") {
  GrantRecord bound = record("built");
  bound.context = GrantedContext{.folder = "/srv/image", .dockerfile = "Dockerfile", .digest = "sha256:2"};
  const std::string text = format_records({record("plain"), bound});
  const auto read = parse_records(text);
  REQUIRE(read);
  CHECK_FALSE((*read)[0].context);
  CHECK((*read)[1].context == bound.context);
  CHECK(find_record(*read, bound).holds);
  bound.context->digest = "sha256:3";
  CHECK_FALSE(find_record(*read, bound).holds);
  bound.context.reset();
  CHECK_FALSE(find_record(*read, bound).holds);
  std::string unknown = text;
  unknown.replace(unknown.find("\"dockerfile\""), 12, "\"targetfile\"");
  CHECK_FALSE(parse_records(unknown));
}

TEST_CASE("what is recorded is read again, from a file that is the caller's alone") {
  const Home home;
  const auto nothing = home.store.read();
  REQUIRE(nothing);
  CHECK(nothing->empty());
  const mode_t before = ::umask(0);
  home.record_one();
  ::umask(before);
  CHECK(mode_of(home.folder) == 0700);
  CHECK(mode_of(home.file()) == 0600);
  const auto records = home.store.read();
  REQUIRE(records);
  REQUIRE(records->size() == 1);
  CHECK(records->front().asks == record("tool").asks);
  CHECK(format_records(*records) == format_records({record("tool")}));
}

TEST_CASE("a second answer about the same takes the first one's place") {
  GrantRecords records = {record("a"), record("b")};
  put_record(records, record("a", "sha256:2"));
  CHECK(records.size() == 2);
  CHECK(records.front().digest == "sha256:2");
  GrantRecord instance = record("a");
  instance.instance = "fast";
  put_record(records, instance);
  CHECK(records.size() == 3);
}

TEST_CASE("a store that others could have written does not count") {
  const Home home;
  home.record_one();
  SUBCASE("the file is readable by others") {
    fs::permissions(home.file(), fs::perms(0640));
    CHECK(says(home.refusal(), "grants.json is open to others (chmod 600)"));
  }
  SUBCASE("the folder is writable by a group") {
    fs::permissions(home.folder, fs::perms(0770));
    CHECK(says(home.refusal(), "grants is open to others (chmod 700)"));
  }
  SUBCASE("the file is a link") {
    fs::rename(home.file(), home.root.path() + "/elsewhere");
    fs::create_symlink(home.root.path() + "/elsewhere", home.file());
    CHECK(says(home.refusal(), "grants.json is a symlink"));
  }
  SUBCASE("the folder is a link") {
    fs::rename(home.folder, home.root.path() + "/elsewhere");
    fs::create_symlink(home.root.path() + "/elsewhere", home.folder);
    CHECK(says(home.refusal(), "grants"));
  }
  SUBCASE("the file has a second name") {
    fs::create_hard_link(home.file(), home.root.path() + "/elsewhere");
    CHECK(says(home.refusal(), "hard link"));
  }
  SUBCASE("the file is a pipe") {
    fs::remove(home.file());
    REQUIRE(::mkfifo(home.file().c_str(), 0600) == 0);
    CHECK(says(home.refusal(), "not a regular file"));
  }
  SUBCASE("the file is somebody else's") {
    if (::geteuid() != 0) return;
    REQUIRE(::chown(home.file().c_str(), 65534, 65534) == 0);
    CHECK(says(home.refusal(), "owned by another user (uid 65534)"));
  }
  SUBCASE("the folder is somebody else's") {
    if (::geteuid() != 0) return;
    REQUIRE(::chown(home.folder.c_str(), 65534, 65534) == 0);
    CHECK(says(home.refusal(), "owned by another user"));
  }
}

TEST_CASE("a file that is not understood whole does not count") {
  const Home home;
  home.record_one();
  const std::string good = format_records({record("tool")});
  const auto with = [&](std::string_view part, std::string_view other) {
    std::string text = good;
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), other);
  };
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), with("\"version\": 1", "\"version\": 2"),
        with("\"version\": 1", "\"version\": 1, \"more\": 1"), with("\"mount\"", "\"everything\""),
        with("\"writes\": true", "\"writes\": 1"), with("\"writes\": true", "\"writes\": true, \"closed\": false"),
        with("\"digest\"", "\"digests\""), with("\"skill\": \"tool\"", "\"skill\": null"),
        std::string(std::size_t{5} << 20, ' ') + good}) {
    CAPTURE(text.substr(0, 400));
    std::ofstream(home.file(), std::ios::trunc) << text;
    CHECK_FALSE(home.refusal().empty());
  }
  std::ofstream(home.file(), std::ios::trunc) << good;
  CHECK(home.store.read());
}

TEST_CASE("an answer that could not be read again is not recorded, and takes no other with it") {
  const Home home;
  home.record_one();
  const auto done = home.store.update([](GrantRecords& records) {
    GrantRecord other = record("other");
    other.manifest = "/srv/\xff/skills.toml";
    put_record(records, other);
  });
  CHECK_FALSE(done);
  const auto read = home.store.read();
  REQUIRE(read);
  CHECK(read->size() == 1);
}

TEST_CASE("answers that are given at once are all recorded") {
  const Home home;
  constexpr int writers = 8;
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        const auto done = home.store.update(
            [&](GrantRecords& records) { put_record(records, record("s" + std::to_string(i * 10 + j))); });
        CHECK(done);
        CHECK(home.store.read());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto records = home.store.read();
  REQUIRE(records);
  CHECK(records->size() == writers * 5);
}

TEST_CASE("what a killed skillrun left half written is in nobody's way") {
  const Home home;
  home.record_one();
  std::ofstream(home.folder + "/grants.json.new") << "half";
  home.record_one();
  CHECK_FALSE(fs::exists(home.folder + "/grants.json.new"));
  CHECK(home.store.read());
}

TEST_CASE("a digest is of the text without a byte order mark") {
  CHECK(manifest_digest("\xEF\xBB\xBFx") == manifest_digest("x"));
  CHECK(manifest_digest("x") != manifest_digest("x "));
  CHECK(manifest_digest("x").starts_with("sha256:"));
}
