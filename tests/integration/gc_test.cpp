// What a killed skillrun leaves behind, `skillrun gc` removes, and nothing else.
#include <signal.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <sstream>
#include <thread>

#include "world.hpp"

using namespace integration;

namespace fs = std::filesystem;
namespace json = skillrun::json;

namespace {

std::vector<std::string> lines_of(const Outcome& outcome) {
  std::vector<std::string> lines;
  std::istringstream text(outcome.out);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::ranges::sort(lines);
  return lines;
}

std::vector<std::string> volumes() { return lines_of(engine_client({"volume", "ls", "--quiet"})); }

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
  [[nodiscard]] Outcome gc(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{"gc"};
    words.insert(words.end(), options.begin(), options.end());
    return run(own_command(words));
  }
  /// A container that the engine's own client made, with these labels.
  [[nodiscard]] static std::string foreign(const std::vector<std::string>& labels) {
    std::vector<std::string> words{"create"};
    for (const std::string& label : labels) words.push_back("--label=" + label);
    words.insert(words.end(), {variable("SKILLRUN_TEST_IMAGE"), "true"});
    const Outcome made = engine_client(words);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    return made.out.substr(0, made.out.find('\n'));
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

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(GcWorld, "gc has nothing to do after runs that ended by themselves") {
  CHECK(run(own_command({"t", "--", "true"})).status == 0);
  const Outcome outcome = gc();
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "nothing to remove\n");
  CHECK(outcome.err.empty());
  CHECK(fs::is_empty(temporary()));
}

TEST_CASE_FIXTURE(GcWorld, "whenever skillrun is killed, gc leaves no container, volume or folder") {
  const std::vector<std::string> volumes_before = volumes();
  constexpr unsigned seed = 20261121;
  std::minstd_rand random(seed);
  std::uniform_int_distribution<int> moment(0, 1500);
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
  // A run takes about a second: moments without leftovers only would prove nothing.
  CHECK(left_behind > 3);
}

TEST_CASE_FIXTURE(GcWorld, "gc touches no container of a living skillrun, none that is kept and none of others") {
  Process living(own_command({"t", "--", "sh", "-c", "echo ready; exec sleep 60"}));
  CHECK(run(own_command({"kept"})).status == 0);
  const std::string plain = foreign({"owner=me"});
  const std::string forged = foreign({"skillrun.run=1", "skillrun.pid=2147483647", "skillrun.start=1"});
  CHECK(living.wait_for_output("ready"));
  const std::vector<std::string> before = containers();
  CHECK(before.size() == 4);

  const Outcome outcome = gc();
  CHECK_MESSAGE(outcome.status == 0, outcome.err);
  CHECK(contains(outcome.out, " of skill 't': process " + std::to_string(living.id()) + " runs\n"));
  CHECK(contains(outcome.out, " of skill 'kept': it was meant to stay\n"));
  CHECK(contains(outcome.out, "left container " + forged.substr(0, 12) + " of skill '': it does not tell whose it is"));
  CHECK_FALSE(contains(outcome.out, plain.substr(0, 12)));
  CHECK(contains(outcome.out, "nothing to remove\n"));
  CHECK(containers().size() == before.size());

  living.signal(SIGTERM);
  (void)living.finish();
  for (const std::string& id : containers()) remove(id);
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
