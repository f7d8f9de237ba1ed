// What gc removes and what it leaves alone.
#include "run/leftovers.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "run/labels.hpp"
#include "support/process/private_folder.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

/// A process number that nobody has.
constexpr const char* no_process = "2147483647";
constexpr const char* endpoint = "unix:///run/engine.sock";

/// A record of a run whose skillrun has ended.
RunRecord dead_record(const std::string& container = "c") {
  RunRecord record = RunRecord::begin(endpoint, "tool", false);
  record.owner.pid = no_process;
  record.container = container;
  return record;
}

ListedContainer container(const std::string& run, const std::string& id = "c", Labels more = {}) {
  more.emplace_back(run_label, run);
  return {.id = id, .status = "running", .labels = std::move(more)};
}

EngineInfo engine_info() {
  EngineInfo info;
  info.kind = "docker";
  info.transport = "api";
  info.endpoint = endpoint;
  return info;
}

struct Scene {
  std::vector<RunRecord> records;
  std::vector<ListedContainer> containers;
  EngineInfo engine = engine_info();
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();

  [[nodiscard]] LeftoverView view() const {
    return {.engine = engine,
            .records = records,
            .containers = containers,
            .here = ProcessOwner::current(),
            .look = look_at_process,
            .now = now};
  }
  [[nodiscard]] Leftover judged(std::size_t index = 0) const { return judge_container(containers[index], view()); }
};

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
  Scene scene{.records = {dead_record()}, .containers = {}};
  scene.containers = {container(scene.records[0].run())};
  const Leftover dead = scene.judged();
  CHECK(dead.remove);
  CHECK(dead.reason == "process 2147483647 has ended");
  CHECK(dead.skill == "tool");
  const ProcessOwner self = ProcessOwner::current();
  RunRecord& record = scene.records[0];
  record.owner = self;
  CHECK_FALSE(scene.judged().remove);
  CHECK(scene.judged().reason == "process " + self.pid + " is running");
  record.owner.start = "1";
  CHECK(scene.judged().remove);
  record.owner = self;
  record.owner.boot = std::string(32, '0');
  CHECK(scene.judged().remove);
  record.owner.machine = std::string(32, '0');
  CHECK_FALSE(scene.judged().remove);
  record.owner = self;
  record.owner.pid_namespace = "1";
  CHECK_FALSE(scene.judged().remove);
  record = dead_record();
  record.keep = true;
  scene.containers = {container(record.run())};
  CHECK_FALSE(scene.judged().remove);
  CHECK(scene.judged().reason == "it was meant to stay");
}

TEST_CASE("what labels say decides nothing: without a record a container is left, and with one it is removed") {
  // As a run of an earlier skillrun, of another user or of an image's author would have them.
  const Labels forged{{"skillrun.machine", ProcessOwner::current().machine},
                      {"skillrun.pid", no_process},
                      {"skillrun.start", "1"},
                      {"skillrun.keep", "false"},
                      {"skillrun.skill", "x"}};
  Scene scene{.records = {dead_record()}, .containers = {container(std::string(32, 'a'), "c", forged)}};
  const Leftover left = scene.judged();
  CHECK_FALSE(left.remove);
  CHECK(left.reason ==
        "no record of this user says that a run made it; `docker rm --force --volumes c` removes it by hand");
  scene.containers = {container(scene.records[0].run(), "c", {{"skillrun.keep", "true"}, {"skillrun.pid", "1"}})};
  CHECK(scene.judged().remove);
  scene.containers = {{.id = "c", .status = "running", .labels = {}}};
  CHECK_FALSE(scene.judged().remove);
}

TEST_CASE("a label that was copied makes no container somebody else's") {
  // An image committed from a run's container has its labels, and so has every container of that image.
  Scene scene{.records = {dead_record("c")}, .containers = {}};
  const std::string run = scene.records[0].run();
  scene.containers = {container(run, "c"), container(run, "users-own")};
  CHECK(scene.judged(0).remove);
  CHECK_FALSE(scene.judged(1).remove);
  scene.containers.erase(scene.containers.begin());
  CHECK_FALSE(scene.judged().remove);
  // Before the id was known: one container is it, of two nobody knows which.
  scene.records = {dead_record("")};
  scene.containers = {container(scene.records[0].run(), "new")};
  CHECK(scene.judged().remove);
  scene.engine.endpoint = "unix:///run/other.sock";
  CHECK_FALSE(scene.judged().remove);
  scene.engine.endpoint = endpoint;
  scene.containers.push_back(container(scene.records[0].run(), "copy"));
  CHECK_FALSE(scene.judged(0).remove);
  CHECK_FALSE(scene.judged(1).remove);
}

TEST_CASE("a record is dropped when its container is gone, or has not come for a day") {
  Scene scene{.records = {dead_record("c")}, .containers = {}};
  CHECK(judge_records(scene.view()).size() == 1);
  scene.containers = {container("x", "c")};
  CHECK(judge_records(scene.view()).empty());
  scene.containers.clear();
  scene.engine.endpoint = "unix:///run/other.sock";
  CHECK(judge_records(scene.view()).empty());
  scene.engine.endpoint = endpoint;
  scene.records[0].owner = ProcessOwner::current();
  CHECK(judge_records(scene.view()).empty());
  scene.records = {dead_record("")};
  CHECK(judge_records(scene.view()).empty());
  scene.now += std::chrono::hours(25);
  CHECK(judge_records(scene.view()).size() == 1);
  scene.containers = {container(scene.records[0].run(), "late")};
  CHECK(judge_records(scene.view()).empty());
  // What a client talks to is its own settings' affair.
  scene.records = {dead_record("c")};
  scene.containers.clear();
  scene.engine.transport = "cli";
  CHECK(judge_records(scene.view()).empty());
  scene.now += std::chrono::days(30);
  CHECK(judge_records(scene.view()).size() == 1);
}

TEST_CASE("leftovers are found by record, removed by id, and a failure does not stop the rest") {
  const TemporaryPlace place;
  const RunRecords records({place.path() + "/records"});
  const std::vector<RunRecord> made{dead_record("a"), dead_record("b"), RunRecord::begin(endpoint, "tool", false)};
  for (const RunRecord& record : made) REQUIRE(records.write(record));
  FakeEngine engine;
  engine.info_.endpoint = endpoint;
  engine.listed = {container(made[1].run(), "b"), container(made[0].run(), "a"), container(made[2].run(), "mine")};
  auto found = find_leftovers(engine, records, ProcessOwner::current(), look_at_process, {});
  REQUIRE(found);
  CHECK(engine.was_called("find_containers skillrun.run"));
  CHECK(engine.removed.empty());
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].name == "a");
  engine.failures["remove"] = EngineError{EngineError::Kind::server, "busy"};
  CHECK_FALSE(remove_leftovers(engine, records, *found, {}));
  CHECK(engine.removed == std::vector<std::string>{"a", "a", "a", "a", "b", "b", "b", "b"});
  CHECK((*found)[0].trouble == "busy");
  CHECK((*found)[1].trouble == "busy");
  CHECK_FALSE((*found)[2].trouble);
  CHECK(records.read().size() == 3);
  engine.failures.clear();
  for (Leftover& leftover : *found) leftover.trouble.reset();
  CHECK(remove_leftovers(engine, records, *found, {}));
  REQUIRE(records.read().size() == 1);
  CHECK(records.read()[0].token == made[2].token);
}

TEST_CASE("an engine that cannot list is an error") {
  FakeEngine engine;
  engine.failures["find_containers"] = EngineError{EngineError::Kind::unavailable, "gone"};
  const auto found = find_leftovers(engine, RunRecords({}), ProcessOwner::current(), look_at_process, {});
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
  auto found = find_leftovers(engine, RunRecords({}), ProcessOwner::current(), look_at_process, {});
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK(remove_leftovers(engine, RunRecords({}), *found, {}));
  CHECK_FALSE(std::filesystem::exists(dead));
  CHECK(std::filesystem::exists(used.path()));
  CHECK(std::filesystem::is_symlink(link));
  CHECK(std::filesystem::exists(place.path() + "/other"));
  struct stat status{};
  REQUIRE(::stat(used.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700);
}

}  // namespace skillrun::test
