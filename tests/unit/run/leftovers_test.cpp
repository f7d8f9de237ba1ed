// What gc removes and what it leaves alone.
#include "run/leftovers.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "engine/cli/private_folder.hpp"
#include "run/labels.hpp"
#include "unit/run/fakes.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

/// Labels of a run of this process, changed.
Labels labels(const std::vector<std::pair<std::string, std::string>>& changes = {}, bool keep = false) {
  ContainerSpec spec = plain_spec();
  if (keep) spec.rm = Setting<bool>{false, {}};
  Labels made = labels_of_run(spec, {}).entries;
  for (const auto& [name, value] : changes) {
    std::erase_if(made, [&](const auto& label) { return label.first == name; });
    if (value != "-") made.emplace_back(name, value);
  }
  return made;
}

Leftover judged(const Labels& of) {
  return judge_container({.id = "c", .status = "running", .labels = of}, ProcessOwner::current(), look_at_process);
}

/// A process number that nobody has.
constexpr const char* no_process = "2147483647";

/// TMPDIR for one case.
class TemporaryPlace {
 public:
  TemporaryPlace() {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder_.path().c_str(), 1);
  }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;
  ~TemporaryPlace() {
    if (before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", before_.c_str(), 1);
    }
  }
  [[nodiscard]] std::string path() const { return folder_.path(); }
  /// A folder of a process that has ended.
  [[nodiscard]] std::string dead_folder() const {
    const ProcessOwner self = ProcessOwner::current();
    const std::string name = path() + "/skillrun-" + self.machine + "-" + self.boot + "-" + self.pid_namespace + "-" +
                             no_process + "-" + self.start + "-AbCdEf";
    std::filesystem::create_directories(name + "/inner");
    return name;
  }

 private:
  TemporaryFolder folder_;
  std::string before_;
};

}  // namespace

TEST_CASE("the container of a process that has ended is removed, that of a living one is left") {
  CHECK_FALSE(judged(labels()).remove);
  CHECK(judged(labels()).skill == "tool");
  const Leftover dead = judged(labels({{"skillrun.pid", no_process}}));
  CHECK(dead.remove);
  CHECK(dead.reason == "process 2147483647 has ended");
  CHECK(judged(labels({{"skillrun.start", "1"}})).remove);
  CHECK(judged(labels({{"skillrun.boot", std::string(32, '0')}})).remove);
}

TEST_CASE("what is kept, elsewhere, incomplete or foreign is left") {
  const std::pair<std::string, std::string> dead{"skillrun.pid", no_process};
  CHECK(judged(labels({dead}, true)).reason == "it was meant to stay");
  CHECK_FALSE(judged(labels({dead}, true)).remove);
  CHECK_FALSE(judged(labels({dead, {"skillrun.keep", ""}})).remove);
  CHECK_FALSE(judged(labels({dead, {"skillrun.machine", std::string(32, '0')}})).remove);
  CHECK_FALSE(judged(labels({dead, {"skillrun.pid-namespace", "1"}})).remove);
  for (const char* name : {"skillrun.machine", "skillrun.boot", "skillrun.pid-namespace", "skillrun.pid",
                           "skillrun.start", "skillrun.run"}) {
    CAPTURE(name);
    CHECK_FALSE(judged(labels({dead, {name, "-"}})).remove);
    CHECK_FALSE(judged(labels({dead, {name, ""}})).remove);
  }
  CHECK(judged({}).reason == "no run made it");
  CHECK(judged({{"skillrun.run", "forged"}}).reason == "it does not tell whose it is");
}

TEST_CASE("leftovers are found by label, removed by id, and a failure does not stop the rest") {
  const TemporaryPlace place;
  FakeEngine engine;
  engine.listed = {{.id = "b", .status = "exited", .labels = labels({{"skillrun.pid", no_process}})},
                   {.id = "a", .status = "running", .labels = labels({{"skillrun.pid", no_process}})},
                   {.id = "mine", .status = "running", .labels = labels()}};
  auto found = find_leftovers(engine, ProcessOwner::current(), look_at_process, {});
  REQUIRE(found);
  CHECK(engine.was_called("find_containers skillrun.run"));
  CHECK(engine.removed.empty());
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].name == "a");
  engine.failures["remove"] = EngineError{EngineError::Kind::server, "busy"};
  CHECK_FALSE(remove_leftovers(engine, *found, {}));
  CHECK(engine.removed == std::vector<std::string>{"a", "b"});
  CHECK((*found)[0].trouble == "busy");
  CHECK((*found)[1].trouble == "busy");
  CHECK_FALSE((*found)[2].trouble);
  engine.failures.clear();
  for (Leftover& leftover : *found) leftover.trouble.reset();
  CHECK(remove_leftovers(engine, *found, {}));
}

TEST_CASE("an engine that can not list is an error") {
  FakeEngine engine;
  engine.failures["find_containers"] = EngineError{EngineError::Kind::unavailable, "gone"};
  const auto found = find_leftovers(engine, ProcessOwner::current(), look_at_process, {});
  REQUIRE_FALSE(found);
  CHECK(found.error().message == "gone");
}

TEST_CASE("a private folder of an ended process is removed; one in use, a link and what is none are left") {
  const TemporaryPlace place;
  const PrivateFolder used;
  const std::string dead = place.dead_folder();
  const std::string link = dead.substr(0, dead.size() - 1) + "X";
  std::filesystem::create_symlink(place.path(), link);
  for (const char* name : {"skillrun-AbCdEf", "skillrun-a-b-c-d-e-f-g", "other"}) {
    std::filesystem::create_directories(place.path() + "/" + name);
  }
  FakeEngine engine;
  auto found = find_leftovers(engine, ProcessOwner::current(), look_at_process, {});
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK(remove_leftovers(engine, *found, {}));
  CHECK_FALSE(std::filesystem::exists(dead));
  CHECK(std::filesystem::exists(used.path()));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(std::filesystem::exists(place.path() + "/other"));
  struct stat status{};
  REQUIRE(::stat(used.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700);
}

}  // namespace skillrun::test
