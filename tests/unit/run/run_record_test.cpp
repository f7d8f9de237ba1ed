// What is noted of a run, where, and what is taken for such a note.
#include "run/run_record.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "unit/environment.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

namespace fs = std::filesystem;

RunRecord record() { return RunRecord::begin("unix:///run/engine.sock", "tool", false); }

unsigned mode_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("a record is read as it was written, and once it is removed no more") {
  const TemporaryFolder folder;
  const RunRecords records({folder.path() + "/a/b"});
  RunRecord one = record();
  REQUIRE(records.write(one));
  one.container = std::string(64, 'c');
  one.keep = true;
  REQUIRE(records.write(one));
  const auto found = records.read();
  REQUIRE(found.size() == 1);
  CHECK(found[0].token == one.token);
  CHECK(found[0].run() == one.run());
  CHECK(found[0].endpoint == one.endpoint);
  CHECK(found[0].skill == "tool");
  CHECK(found[0].keep);
  CHECK(found[0].container == one.container);
  CHECK(found[0].owner.pid == std::to_string(::getpid()));
  CHECK(found[0].owner.start == one.owner.start);
  records.remove(one);
  CHECK(records.read().empty());
  CHECK(fs::is_empty(folder.path() + "/a/b"));
}

TEST_CASE("two runs never have one token, and the label tells nothing of it") {
  const RunRecord one = record();
  CHECK(one.token.size() == 64);
  CHECK(one.run().size() == 32);
  CHECK(record().token != one.token);
  CHECK_FALSE(one.token.contains(one.run()));
}

TEST_CASE("only this user can read records") {
  const TemporaryFolder folder;
  const RunRecords records({folder.path() + "/runs"});
  const RunRecord one = record();
  REQUIRE(records.write(one));
  CHECK(mode_of(folder.path() + "/runs") == 0700);
  CHECK(mode_of(folder.path() + "/runs/" + one.run() + ".json") == 0600);
}

TEST_CASE("a place that others can look into or change is none, and the next one is taken") {
  const TemporaryFolder folder;
  const std::string open = folder.path() + "/open";
  fs::create_directory(open);
  ::chmod(open.c_str(), 0770);
  const std::string link = folder.path() + "/link";
  fs::create_directory(folder.path() + "/target");
  ::chmod((folder.path() + "/target").c_str(), 0700);
  fs::create_directory_symlink(folder.path() + "/target", link);
  const auto refused = RunRecords({open, link}).write(record());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().contains(open + ": it is not this user's alone"));
  CHECK_FALSE(RunRecords({}).write(record()));
  const RunRecords both({open, folder.path() + "/runs"});
  REQUIRE(both.write(record()));
  CHECK(both.read().size() == 1);
  // What is in such a place is not trusted either.
  fs::copy(folder.path() + "/runs", open, fs::copy_options::recursive);
  CHECK(RunRecords({open}).read().empty());
  if (::geteuid() == 0) {
    REQUIRE(::chown((folder.path() + "/runs").c_str(), 12345, 12345) == 0);
    CHECK(both.read().empty());
  }
}

TEST_CASE("what is not named by its own token, is cut off or is a link is not a record") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/runs";
  const RunRecords records({place});
  const RunRecord one = record();
  REQUIRE(records.write(one));
  const std::string file = place + "/" + one.run() + ".json";
  std::string text;
  std::getline(std::ifstream(file), text, '\0');
  const std::string forged = std::string(32, '0');
  std::ofstream(place + "/" + forged + ".json") << text;
  CHECK(records.read().size() == 1);
  std::ofstream(file) << text.substr(0, text.size() / 2);
  CHECK(records.read().empty());
  for (const char* member : {"token", "endpoint", "owner", "keep", "container", "pid_namespace"}) {
    CAPTURE(member);
    std::string changed = text;
    changed.replace(changed.find(std::string("\"") + member), 2, "\"_");
    std::ofstream(file) << changed;
    CHECK(records.read().empty());
  }
  std::ofstream(folder.path() + "/elsewhere") << text;
  fs::remove(file);
  fs::create_symlink(folder.path() + "/elsewhere", file);
  CHECK(records.read().empty());
}

TEST_CASE("records are below the state folder; below the runtime folder when there is none; nowhere of others") {
  const TemporaryFolder folder;
  const auto has = [&](const std::string& place) { return fs::exists(folder.path() + place + "/skillrun/runs"); };
  const Environment home("HOME", folder.path() + "/home");
  const Environment runtime("XDG_RUNTIME_DIR", folder.path() + "/runtime");
  {
    const Environment state("XDG_STATE_HOME", folder.path() + "/state");
    REQUIRE(RunRecords::of_user().write(record()));
    CHECK(has("/state"));
    CHECK_FALSE(has("/runtime"));
  }
  const Environment state("XDG_STATE_HOME", "");
  REQUIRE(RunRecords::of_user().write(record()));
  CHECK(has("/home/.local/state"));
  CHECK_FALSE(has("/runtime"));
  static_cast<void>(folder.write("file", ""));
  const Environment blocked("XDG_STATE_HOME", folder.path() + "/file");
  REQUIRE(RunRecords::of_user().write(record()));
  CHECK(has("/runtime"));
  if (::geteuid() == 0) {
    // sudo often leaves HOME: root must not make folders there that its owner cannot use any more.
    fs::create_directory(folder.path() + "/other");
    REQUIRE(::chown((folder.path() + "/other").c_str(), 12345, 12345) == 0);
    const Environment theirs("XDG_STATE_HOME", folder.path() + "/other");
    static_cast<void>(RunRecords::of_user().write(record()));
    CHECK(fs::is_empty(folder.path() + "/other"));
  }
}

}  // namespace skillrun::test
