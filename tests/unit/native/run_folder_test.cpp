// The folders of containers, and what is left of those whose process was killed.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include <doctest/doctest.h>

#include "engine/native/run_folder.hpp"
#include "unit/temporary_folder.hpp"

namespace run_folder {

using namespace skillrun;
namespace fs = std::filesystem;

RunFolder::Note note(const std::string& disk = {}) {
  return {.id = std::string(64, 'a'),
          .name = "box",
          .labels = {{"skillrun.run", "one \"two\"\n"}},
          .disk = disk,
          .cgroup = {}};
}

TEST_CASE("a container's folder is found with what was noted, and is alive as long as it is held") {
  const test::TemporaryFolder place;
  const std::string runs = place.path() + "/runs";
  std::optional<RunFolder> folder;
  {
    auto made = RunFolder::make(runs, note());
    REQUIRE(made);
    folder.emplace(std::move(*made));
  }
  struct stat status{};
  REQUIRE(::stat(folder->path().c_str(), &status) == 0);
  CHECK((status.st_mode & 077) == 0);
  auto found = find_run_folders(runs);
  REQUIRE(found.size() == 1);
  CHECK(found.front().path == folder->path());
  CHECK(found.front().note.id == note().id);
  CHECK(found.front().note.name == "box");
  CHECK(found.front().note.labels == note().labels);
  CHECK(found.front().alive);
  folder.reset();
  found = find_run_folders(runs);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found.front().alive);
}

TEST_CASE("two containers of one id cannot be") {
  const test::TemporaryFolder place;
  const std::string runs = place.path() + "/runs";
  const auto first = RunFolder::make(runs, note());
  REQUIRE(first);
  CHECK_FALSE(RunFolder::make(runs, note()));
  CHECK(find_run_folders(runs).size() == 1);
}

TEST_CASE("a place that others may enter is not used") {
  const test::TemporaryFolder place;
  const std::string runs = place.path() + "/runs";
  fs::create_directory(runs);
  fs::permissions(runs, fs::perms::all);
  const auto made = RunFolder::make(runs, note());
  REQUIRE_FALSE(made);
  CHECK(made.error().message.contains(runs));
}

TEST_CASE("remains are removed with their disk, links in it not followed") {
  const test::TemporaryFolder place;
  const std::string runs = place.path() + "/runs";
  const fs::path kept = fs::path(place.path()) / "kept";
  fs::create_directory(kept);
  std::ofstream(kept / "file") << "x";
  const fs::path disk = fs::path(place.path()) / "disk";
  fs::create_directory(disk);
  fs::create_directory_symlink(kept, disk / "link");
  {
    REQUIRE(RunFolder::make(runs, note(disk.string())));
  }
  const auto found = find_run_folders(runs);
  REQUIRE(found.size() == 1);
  REQUIRE(remove_remains(found.front()));
  CHECK_FALSE(fs::exists(disk));
  CHECK(fs::exists(kept / "file"));
  CHECK(find_run_folders(runs).empty());
  CHECK(remove_remains(found.front()));
}

TEST_CASE("what is no container's folder is passed over") {
  const test::TemporaryFolder place;
  CHECK(find_run_folders(place.path() + "/nowhere").empty());
  fs::create_directories(fs::path(place.path()) / "empty");
  fs::create_directories(fs::path(place.path()) / "strange");
  for (const char* text : {"", "{", "[]", R"({"id":7})", R"({"labels":{}})"}) {
    CAPTURE(text);
    std::ofstream(fs::path(place.path()) / "strange/container.json") << text;
    CHECK(find_run_folders(place.path()).empty());
  }
}

}  // namespace run_folder
