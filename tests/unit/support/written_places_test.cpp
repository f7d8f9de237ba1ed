#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "../temporary_folder.hpp"
#include "support/written_places.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

WrittenPlace place(std::string root, std::int64_t begin, std::optional<std::int64_t> end) {
  return {.skill = "s",
          .root = std::move(root),
          .begin = at(begin),
          .end = end ? std::optional(at(*end)) : std::nullopt,
          .owner = {},
          .engine = {}};
}

WritesOfRun run_of(std::string skill, std::string engine, std::vector<std::string> roots) {
  std::string run = "run of " + skill;
  return {.skill = std::move(skill),
          .engine = std::move(engine),
          .run = std::move(run),
          .roots = std::move(roots),
          .stand_ins = {"/p/.envrc"}};
}

std::vector<WrittenPlace> read(const WriteRecord& record) {
  std::error_code error;
  auto places = record.read(error);
  CHECK_FALSE(error);
  return places;
}

WallTime changed(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return WallTime(std::chrono::seconds(status.st_ctim.tv_sec) + std::chrono::nanoseconds(status.st_ctim.tv_nsec));
}

}  // namespace

TEST_CASE("who could have changed an entry is told by its place and its time") {
  const std::vector<WrittenPlace> places{place("/p", 10, 20), place("/q", 30, std::nullopt)};
  CHECK(writer_of("/p/skillrun.toml", at(10), places) != nullptr);
  CHECK(writer_of("/p/sub/x", at(20), places) != nullptr);
  CHECK(writer_of("/p", at(15), places) != nullptr);
  CHECK(writer_of("/p/x", at(9), places) == nullptr);
  CHECK(writer_of("/p/x", at(21), places) == nullptr);
  CHECK(writer_of("/pp/x", at(15), places) == nullptr);
  CHECK(writer_of("/q/x", at(1000), places) == &places[1]);
  CHECK(writer_of("/q/x", at(29), places) == nullptr);
  const std::vector<WrittenPlace> all{place("/", 10, 20)};
  CHECK(writer_of("/anything", at(15), all) != nullptr);
}

TEST_CASE("a file that was changed before a run is nobody's, one that was changed while it lasts is the skill's") {
  const TemporaryFolder folder;
  const WriteRecord record(folder.path() + "/state");
  CHECK(read(record).empty());
  const std::string before = folder.write("before", "x");
  timespec tick{0, 20'000'000};
  ::nanosleep(&tick, nullptr);
  const std::vector<std::string> roots{folder.path()};
  const auto begun = record.begin(run_of("tool", "unix:///e", roots));
  REQUIRE(begun);
  const std::string during = folder.write("during", "x");
  CHECK(writer_of(before, changed(before), read(record)) == nullptr);
  CHECK(writer_of(during, changed(during), read(record)) != nullptr);
  REQUIRE_FALSE(record.end("run of tool", *begun));
  const std::string after = folder.write("after", "x");
  const auto places = read(record);
  CHECK(writer_of(after, changed(after), places) == nullptr);
  const WrittenPlace* writer = writer_of(during, changed(during), places);
  REQUIRE(writer != nullptr);
  CHECK(writer->skill == "tool");
  CHECK(writer->engine == "unix:///e");
}

TEST_CASE("the end of one run is not the end of another of the same process") {
  const TemporaryFolder folder;
  const WriteRecord record(folder.path());
  const std::vector<std::string> roots{"/p"};
  const auto first = record.begin(run_of("a", "e", roots));
  // Most often in the same tick of the clock.
  const auto second = record.begin(run_of("b", "e", roots));
  REQUIRE(first);
  REQUIRE(second);
  REQUIRE_FALSE(record.end("run of a", *first));
  const auto places = read(record);
  REQUIRE(places.size() == 2);
  CHECK(places[0].end.has_value());
  CHECK_FALSE(places[1].end.has_value());
  // This process lives: what it began is not abandoned.
  REQUIRE(record.end_abandoned("e", {}));
  CHECK(read(record).size() == 2);
  CHECK(writer_of("/p/x", at(std::int64_t{1} << 33), read(record)) != nullptr);
}

TEST_CASE("many entries become few, and none is forgotten") {
  std::vector<WrittenPlace> places;
  for (int i = 0; i < 50; ++i) places.push_back(place(i % 2 == 0 ? "/p" : "/q", i * 10, i * 10 + 5));
  places.push_back(place("/p", 9, std::nullopt));
  const std::vector<WrittenPlace> before = places;
  merge_ended(places, 6);
  CHECK(places.size() == 7);
  for (int time = 0; time < 600; ++time) {
    for (const char* path : {"/p/x", "/q/x"}) {
      if (writer_of(path, at(time), before) != nullptr) CHECK(writer_of(path, at(time), places) != nullptr);
    }
  }
}

TEST_CASE("what is gone is forgotten where there is too much, and nothing else") {
  const TemporaryFolder folder;
  const std::string there = folder.path();
  const std::string gone = folder.path() + "/gone";
  const auto place = [](const std::string& root, bool ended) {
    WrittenPlace made{.skill = "s", .root = root, .begin = at(0), .end = {}, .owner = {}, .engine = {}};
    if (ended) made.end = at(1);
    return made;
  };
  const std::vector<WrittenPlace> all = {place(there, true), place(gone + "1", true), place(gone + "2", false),
                                         place(gone + "3", true), place(gone + "4", true)};
  const auto kept = [&](std::size_t most) {
    std::vector<WrittenPlace> places = all;
    forget_gone(places, most);
    std::string names;
    for (const WrittenPlace& p : places) names += p.root == there ? "there " : p.root.substr(there.size() + 1) + " ";
    return names;
  };
  CHECK(kept(5) == "there gone1 gone2 gone3 gone4 ");
  CHECK(kept(3) == "there gone2 gone4 ");
  CHECK(kept(0) == "there gone2 ");
}

TEST_CASE("a record that is damaged is an error, never an empty one") {
  const TemporaryFolder folder;
  for (const char* text : {"", "{}", "[1]", "[{\"root\": 1}]", "[{\"skill\":\"s\",\"root\":\"/\",\"begin\":\"x\"}]"}) {
    CAPTURE(text);
    (void)folder.write("writes.json", text);
    std::error_code error;
    (void)WriteRecord(folder.path()).read(error);
    CHECK(error);
    const std::vector<std::string> roots{"/p"};
    CHECK_FALSE(WriteRecord(folder.path()).begin(run_of("s", "e", roots)));
  }
}

TEST_CASE("what could not be read again is not written, and takes nothing with it") {
  const TemporaryFolder folder;
  const WriteRecord record(folder.path());
  const std::vector<std::string> good{"/p"};
  REQUIRE(record.begin(run_of("s", "e", good)));
  const std::vector<std::string> bad{"/p/\xff"};
  CHECK_FALSE(record.begin(run_of("s", "e", bad)));
  std::error_code error;
  CHECK(record.read(error).size() == 1);
  CHECK_FALSE(error);
}

TEST_CASE("what a dead skillrun began ends only when its container is gone, and gives its stand-ins back then") {
  const TemporaryFolder folder;
  const WriteRecord record(folder.path());
  const pid_t child = ::fork();
  if (child == 0) ::_exit(record.begin(run_of("s", "e", {"/p", "/q"})) ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  const auto open = [&] {
    return std::ranges::count_if(read(record), [](const WrittenPlace& place) { return !place.end; });
  };
  CHECK(open() == 2);
  const std::vector<std::string> alive{"other", "run of s"};
  CHECK(record.end_abandoned("e", alive).value_or(std::vector<std::string>{"?"}).empty());
  CHECK(record.end_abandoned("another engine", {}).value_or(std::vector<std::string>{"?"}).empty());
  CHECK(open() == 2);
  CHECK(record.end_abandoned("e", {}) == std::vector<std::string>{"/p/.envrc"});
  CHECK(open() == 0);
  CHECK(read(record).front().stand_ins.empty());
}

TEST_CASE("a pipe in the place of the record is an error and holds nobody up") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder.path() + "/writes.json").c_str(), 0600) == 0);
  std::error_code error;
  (void)WriteRecord(folder.path()).read(error);
  CHECK(error);
  CHECK_FALSE(WriteRecord(folder.path()).begin(run_of("s", "e", {"/p"})));
}

TEST_CASE("a pipe in the place of the record that is being written holds nobody up either") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder.path() + "/writes.json.new").c_str(), 0600) == 0);
  CHECK(WriteRecord(folder.path()).begin(run_of("s", "e", {"/p"})));
}
