// What a killed skillrun leaves behind, `skillrun gc` removes, and nothing else.
#include <signal.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "world.hpp"

using namespace integration;

namespace fs = std::filesystem;
namespace json = skillrun::json;

namespace {

std::vector<std::string> volumes() { return sorted_lines(engine_client({"volume", "ls", "--quiet"})); }

/// A World with a folder for temporary files of its own.
class GcWorld : public World {
 public:
  GcWorld() {
    fs::create_directories(temporary());
    manifest(
        busybox_skill("volumes = [\"/anonymous\"]\nnetwork = \"none\"\n[skills.kept]\nruntime = \"docker\"\n"
                      "[skills.kept.docker]\nimage = \"" +
                      variable("SKILLRUN_TEST_IMAGE") + "\"\nrm = false\ncommand = [\"true\"]\n"));
  }

  [[nodiscard]] fs::path temporary() const { return folder() / "tmp"; }
  [[nodiscard]] Command own_command(const std::vector<std::string>& words) const {
    Command made = command(words);
    made.environment["TMPDIR"] = temporary();
    return made;
  }
  void check_that_gc_removes_no_container() const {
    const Outcome outcome = gc();
    CHECK_MESSAGE(!contains(outcome.out, "removed container"), outcome.out << outcome.err);
  }
  [[nodiscard]] Outcome gc(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{"gc"};
    words.insert(words.end(), options.begin(), options.end());
    return run(own_command(words));
  }
  /// A container that the engine's own client made, with these labels.
  [[nodiscard]] static std::string foreign(const std::vector<std::string>& labels, const std::string& image = {}) {
    std::vector<std::string> words{"create"};
    for (const std::string& label : labels) words.push_back("--label=" + label);
    words.insert(words.end(), {image.empty() ? variable("SKILLRUN_TEST_IMAGE") : image, "true"});
    const Outcome made = engine_client(words);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    return made.out.substr(0, made.out.find('\n'));
  }
  /// The records of runs that are there now.
  [[nodiscard]] std::vector<fs::path> records() const {
    std::error_code none;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder() / "state/skillrun/runs", none)) {
      found.push_back(entry.path());
    }
    return found;
  }
  /// A run that is killed while its skill runs: its container.
  [[nodiscard]] std::string killed_run() const {
    const std::vector<std::string> before = containers();
    Process killed(own_command({"t", "--", "sh", "-c", "echo ready; sleep 60"}));
    REQUIRE(killed.wait_for_output("ready"));
    killed.signal(SIGKILL);
    (void)killed.finish();
    for (const std::string& id : containers()) {
      if (std::ranges::find(before, id) == before.end()) return id;
    }
    FAIL("no container is left");
    return {};
  }
  [[nodiscard]] std::size_t leftovers() const {
    return containers().size() +
           static_cast<std::size_t>(std::distance(fs::directory_iterator(temporary()), fs::directory_iterator()));
  }
  [[nodiscard]] bool has_leftovers() const { return leftovers() > 0; }
  /// A killed skillrun's request, or the client that it started, may still be at work: gc until nothing comes any more.
  void gc_until_quiet() const {
    int quiet = 0;
    for (int round = 0; round < 40 && quiet < 3; ++round) {
      quiet = has_leftovers() ? 0 : quiet + 1;
      if (quiet == 0) {
        const Outcome outcome = gc();
        CHECK_MESSAGE(outcome.status == 0, outcome.out, outcome.err);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    CHECK_FALSE(has_leftovers());
  }
};

void remove(const std::string& id) { CHECK(engine_client({"rm", "--force", "--volumes", id}).status == 0); }

}  // namespace

TEST_SUITE_BEGIN("gc");

TEST_CASE_FIXTURE(GcWorld, "gc has nothing to do after runs that ended by themselves") {
  CHECK(run(own_command({"t", "--", "true"})).status == 0);
  const Outcome outcome = gc();
  CHECK(outcome.status == 0);
  // Tests of another engine may run now: it says that their mounts are in use.
  for (const std::string& line : sorted_lines(outcome)) {
    CAPTURE(line);
    CHECK((line == "nothing to remove" || (line.starts_with("left mounts ") && line.ends_with(" is running"))));
  }
  CHECK(outcome.out.ends_with("nothing to remove\n"));
  CHECK(outcome.err.empty());
  CHECK(fs::is_empty(temporary()));
  CHECK(records().empty());
}

TEST_CASE_FIXTURE(GcWorld, "whenever skillrun is killed, gc leaves no container, volume or folder") {
  const std::vector<std::string> volumes_before = volumes();
  constexpr unsigned seed = 20261121;
  std::minstd_rand random(seed);
  // However fast the engine and the machine are, moments from the whole of a run.
  const auto begun = std::chrono::steady_clock::now();
  CHECK(run(own_command({"t", "--no-stdin", "--", "sh", "-c", "sleep 0.7"})).status == 0);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  std::uniform_int_distribution<int> moment(0, static_cast<int>(whole.count()));
  int left_behind = 0;
  for (int round = 0; round < 20; ++round) {
    const int wait = moment(random);
    CAPTURE(round);
    CAPTURE(wait);
    const std::size_t before = leftovers();
    Process process(own_command({"t", "--no-stdin", "--", "sh", "-c", "sleep 0.7"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait));
    process.signal(SIGKILL);
    const Outcome outcome = process.finish();
    CHECK((outcome.status == 137 || outcome.status == 0));
    if (leftovers() > before) ++left_behind;
    if (round % 5 == 4) gc_until_quiet();
  }
  CHECK(volumes() == volumes_before);
  // Moments without leftovers only would prove nothing.
  CHECK(left_behind > 3);
}

TEST_CASE_FIXTURE(GcWorld, "gc touches no container of a living skillrun, none that is kept and none of others") {
  Process living(own_command({"t", "--", "sh", "-c", "echo ready; exec sleep 60"}));
  CHECK(run(own_command({"kept"})).status == 0);
  const std::string plain = foreign({"owner=me"});
  // As an earlier skillrun, or somebody who wants to be rid of it, would label it.
  const std::string forged =
      foreign({"skillrun.run=0123456789abcdef0123456789abcdef", "skillrun.keep=false", "skillrun.pid=2147483647"});
  CHECK(living.wait_for_output("ready"));
  const std::vector<std::string> before = containers();
  CHECK(before.size() == 4);

  const Outcome outcome = gc();
  CHECK_MESSAGE(outcome.status == 0, outcome.err);
  CHECK(contains(outcome.out, " of skill 't': process " + std::to_string(living.id()) + " is running\n"));
  CHECK(contains(outcome.out, " of skill 'kept': it was meant to stay\n"));
  CHECK(contains(outcome.out, "left container " + forged.substr(0, 12) +
                                  " of skill '': no record of this user says "
                                  "that a run made it; `"));
  CHECK(contains(outcome.out, " rm --force --volumes " + forged.substr(0, 12) + "` removes it by hand\n"));
  CHECK_FALSE(contains(outcome.out, plain.substr(0, 12)));
  CHECK(contains(outcome.out, "nothing to remove\n"));
  CHECK(containers().size() == before.size());

  living.signal(SIGTERM);
  (void)living.finish();
  for (const std::string& id : containers()) remove(id);
}

TEST_CASE_FIXTURE(GcWorld,
                  "gc believes a record and not labels: copied ones, lost records and records of other users") {
  const std::string id = killed_run();
  REQUIRE(records().size() == 1);
  const std::string run = records().front().stem();
  const fs::path record = records().front();
  // `docker commit` of a run's container: its image, and each container of that, has the run's labels.
  REQUIRE(engine_client({"commit", id, "skillrun-test/committed:1"}).status == 0);
  const std::string users_own = foreign({}, "skillrun-test/committed:1");
  const std::string copied = foreign({"skillrun.run=" + run, "skillrun.keep=false"});
  const std::string hidden = read_file(record);

  fs::remove(record);
  check_that_gc_removes_no_container();
  CHECK(containers().size() == 3);
  // A file that others could have written is not a record.
  write_file(record, hidden);
  fs::permissions(record.parent_path(), fs::perms::group_write, fs::perm_options::add);
  check_that_gc_removes_no_container();
  fs::permissions(record.parent_path(), fs::perms::group_write, fs::perm_options::remove);

  const Outcome outcome = gc();
  CHECK(contains(outcome.out, "removed container " + id.substr(0, 12)));
  CHECK(contains(outcome.out, "left container " + users_own.substr(0, 12)));
  CHECK(contains(outcome.out, "left container " + copied.substr(0, 12)));
  CHECK(containers().size() == 2);
  CHECK(records().empty());
  remove(users_own);
  remove(copied);
  (void)engine_client({"rmi", "--force", "skillrun-test/committed:1"});
}

TEST_CASE_FIXTURE(GcWorld, "labels of an image neither keep a killed run nor give a container of the user's away") {
  // podman's client would put a short name below localhost/.
  const std::string image = "docker.io/skillrun-test/labels:1";
  fs::create_directories(folder() / "image");
  const auto build = [&](const std::string& label) {
    write_file(folder() / "image/Dockerfile", "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nLABEL " + label + "\n");
    REQUIRE(engine_client({"build", "--tag", image, folder() / "image"}).status == 0);
  };
  for (const char* label : {"skillrun.keep=true", "skillrun.run=0123456789abcdef0123456789abcdef",
                            "skillrun.recipe=0123456789abcdef", "\"skillrun.keep\"=\"\""}) {
    CAPTURE(label);
    build(label);
    manifest(busybox_skill("pull = \"never\"", image));
    const Result result = result_of({"t", "--", "echo", "ran"});
    CHECK(result.outcome.status == 126);
    CHECK(result.status() == "refused");
    CHECK(result.outcome.out == "");
    CHECK(containers().empty());
    // The same from a recipe of the manifest.
    manifest(busybox_skill("[skills.t.docker.build]\ncontext = \"image\"", "skillrun-test/alias:1"));
    const Result built = result_of({"t", "--", "echo", "ran"});
    // A recipe label is set anew by the build, so it says nothing.
    CHECK(built.outcome.status == (contains(label, "recipe") ? 0 : 126));
  }
  build("skillrun.run=0123456789abcdef0123456789abcdef skillrun.pid=2147483647 skillrun.keep=false");
  const std::string users_own = foreign({}, image);
  CHECK(contains(gc().out, "left container " + users_own.substr(0, 12)));
  CHECK(containers() == std::vector<std::string>{users_own});
  remove(users_own);
  (void)engine_client({"rmi", "--force", image});
}

TEST_CASE_FIXTURE(GcWorld, "without a place for its record a skill runs, -v says so, and gc leaves the container") {
  Command command = own_command({"-v", "t", "--", "sh", "-c", "echo ready; sleep 60"});
  write_file(folder() / "file", "");
  command.environment["XDG_STATE_HOME"] = folder() / "file";
  command.unset.emplace_back("XDG_RUNTIME_DIR");
  Process killed(command);
  REQUIRE(killed.wait_for_output("ready"));
  killed.signal(SIGKILL);
  CHECK(contains(killed.finish().err, "no record of this run can be written"));
  const std::vector<std::string> left = containers();
  REQUIRE(left.size() == 1);
  CHECK(contains(gc().out, "left container " + left.front().substr(0, 12) + " of skill 't': no record"));
  remove(left.front());
  gc_until_quiet();
}

TEST_CASE_FIXTURE(GcWorld, "a dry run says what would be removed and removes nothing; JSON says the same") {
  Process killed(own_command({"t", "--", "sh", "-c", "echo ready; sleep 60"}));
  REQUIRE(killed.wait_for_output("ready"));
  killed.signal(SIGKILL);
  (void)killed.finish();
  REQUIRE(containers().size() == 1);
  const std::string id = containers().front();

  const Outcome dry = gc({"--dry-run"});
  CHECK(dry.status == 0);
  const std::string reason = "process " + std::to_string(killed.id()) + " has ended";
  CHECK(contains(dry.out, "would remove container " + id.substr(0, 12) + " of skill 't': " + reason + "\n"));
  CHECK(containers().size() == 1);

  const Outcome wet = gc({"--format", "json"});
  CHECK(wet.status == 0);
  const json::object document = json::parse(wet.out).as_object();
  CHECK(document.at("dry_run").as_bool() == false);
  bool found = false;
  for (const json::value& entry : document.at("entries").as_array()) {
    if (entry.at("kind").as_string() != "container") continue;
    found = true;
    CHECK(entry.at("id").as_string() == id);
    CHECK(entry.at("action").as_string() == "removed");
    CHECK(entry.at("skill").as_string() == "t");
    CHECK(entry.at("reason").as_string() == reason);
  }
  CHECK(found);
  gc_until_quiet();
}

TEST_CASE_FIXTURE(GcWorld, "gc without an engine fails as a run does") {
  Command command = own_command({"gc"});
  command.argv[2] = "unix:///nowhere/engine.sock";
  const Outcome outcome = run(command);
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "no container engine answered"));
}

TEST_SUITE_END();
