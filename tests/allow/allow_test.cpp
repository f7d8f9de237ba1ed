// `skillrun allow` at a terminal: what it shows, what it records, and what runs by it afterwards.
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "lint/workplace.hpp"
#include "terminal.hpp"

using namespace skillrun::test;
using integration::Outcome;

namespace {

/// A machine with folders of the caller's outside of the working directory, and no engine.
class Machine {
 public:
  Machine() {
    for (const char* folder : {"films", "music"}) {
      std::filesystem::create_directory(place.at("../" + std::string(folder)));
    }
    films = std::filesystem::canonical(place.at("../films")).string();
    music = std::filesystem::canonical(place.at("../music")).string();
  }

  void skill_with(const std::string& lines) const { place.write("skillrun.toml", skill(lines)); }
  [[nodiscard]] std::string mounts(const std::string& more = {}) const {
    return "volumes = [\"" + films + ":/films\"" + more + "]\n";
  }

  [[nodiscard]] integration::Command command(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--engine", "unix:///nowhere/engine.sock"});
    return place.command(std::move(words));
  }
  /// Whether `skill` may run under the restricted policy, and what is said about it.
  [[nodiscard]] Outcome explain(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words = {"-p", "restricted", "explain"};
    words.insert(words.end(), options.begin(), options.end());
    words.emplace_back("tool");
    return integration::run(command(std::move(words)));
  }
  /// Asks for `tool` and answers.
  int allow(const std::string& answer, std::string& screen, std::vector<std::string> words = {"allow", "tool"}) const {
    words.insert(words.begin(), {"-p", "restricted"});
    AtTerminal terminal(command(std::move(words)));
    CHECK(terminal.sees("[y/N] "));
    terminal.type(answer);
    const int status = terminal.finish();
    screen = terminal.screen();
    return status;
  }
  int allow(const std::string& answer) const {
    std::string ignored;
    return allow(answer, ignored);
  }
  [[nodiscard]] Outcome list() const { return integration::run(command({"allow", "--list"})); }
  [[nodiscard]] std::filesystem::path store() const { return place.at("../home/.config/skillrun/grants"); }

  Workplace place;
  std::string films;
  std::string music;
};

bool says(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what a build is given is granted for the files that were there, however their folder is written") {
  for (const std::string context : {"image", "./image", "image/.", "${SKILL_DIR}/image"}) {
    CAPTURE(context);
    const Machine machine;
    machine.place.write("image/Dockerfile", "FROM scratch\n");
    machine.skill_with("volumes = []\nbuild = { context = \"" + context +
                       "\", args = { KEY = \"${BUILD_KEY:-}\" } }\n");
    CHECK(machine.allow("y\n") == 0);
    CHECK(machine.explain().status == 0);
    CHECK_FALSE(says(machine.list().out, "does not count"));
    machine.place.write("image/Dockerfile", "FROM scratch\nARG KEY\nRUN echo $KEY\n");
    const Outcome changed = machine.explain();
    CHECK(changed.status == 126);
    CHECK(says(changed.out + changed.err, "the manifest or its build context has changed since you allowed 'tool'"));
    CHECK(says(changed.out + changed.err, "build-variable"));
    CHECK(says(machine.list().out, "does not count, the manifest or its build context has changed"));
    std::filesystem::remove(machine.place.at("image/Dockerfile"));
    CHECK(machine.explain().status == 126);
  }
}

TEST_CASE("what is asked is shown in words, asked once, and then runs") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  const Outcome before = machine.explain();
  CHECK(before.status == 126);
  CHECK(
      says(before.out, "skillrun -p restricted allow tool; for one run only: --allow-mount " + machine.films + ":rw"));
  std::string screen;
  CHECK(machine.allow("y\n", screen) == 0);
  CHECK(says(screen, "reads and writes " + machine.films));
  CHECK(says(screen, "Allow tool this, until its manifest changes? [y/N] "));
  CHECK(says(screen, "skillrun allow --revoke tool"));
  const Outcome after = machine.explain();
  CHECK(after.status == 0);
  CHECK(says(after.out, "granted: skillrun allow, "));
  AtTerminal again(machine.command({"-p", "restricted", "allow", "tool"}));
  CHECK(again.finish() == 0);
  CHECK(says(again.screen(), "nothing to allow"));
  CHECK_FALSE(says(again.screen(), "[y/N]"));
}

TEST_CASE("anything but a yes is a no, and records nothing") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  for (const char* answer : {"\n", "n\n", "maybe\n", "yy\n", "\x04"}) {
    CAPTURE(answer);
    std::string screen;
    CHECK(machine.allow(answer, screen) == 1);
    CHECK(says(screen, "nothing was allowed"));
  }
  CHECK_FALSE(std::filesystem::exists(machine.store()));
  CHECK(machine.explain().status == 126);
}

TEST_CASE("what was typed before the question is not an answer") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  AtTerminal terminal(machine.command({"-p", "restricted", "allow", "tool"}));
  terminal.type("y\ny\n");
  REQUIRE(terminal.sees("[y/N] "));
  terminal.type("n\n");
  CHECK(terminal.finish() == 1);
}

TEST_CASE("without a terminal nobody is asked, and a machine is told what to write") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  integration::Command command = machine.command({"-p", "restricted", "allow", "tool"});
  command.input = "y\ny\n";
  const Outcome outcome = run_without_terminal(command);
  CHECK(outcome.status == 125);
  CHECK(says(outcome.err, "asks at a terminal, and there is none"));
  CHECK(says(outcome.err, "grants: [{skill: tool, mounts: [{path: " + machine.films + ", mode: rw}]}]"));
  CHECK_FALSE(std::filesystem::exists(machine.store()));
}

TEST_CASE("a changed manifest is asked for again, with what changed") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  REQUIRE(machine.allow("y\n") == 0);
  machine.skill_with(machine.mounts(", \"" + machine.music + ":/music:ro\""));
  const Outcome stale = machine.explain();
  CHECK(stale.status == 126);
  CHECK(says(stale.err, "the manifest has changed since you allowed 'tool' on "));
  CHECK(says(machine.list().out, "does not count, the manifest has changed"));
  std::string screen;
  REQUIRE(machine.allow("y\n", screen) == 0);
  CHECK(says(screen, "has changed since you allowed it on "));
  CHECK(says(screen, "+ reads " + machine.music));
  CHECK(says(screen, "  reads and writes " + machine.films));
  CHECK(says(screen, "as before"));
  CHECK(machine.explain().status == 0);
}

TEST_CASE("a grant is taken back by its skill, or with all others") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  REQUIRE(machine.allow("y\n") == 0);
  CHECK(says(machine.list().out, "  reads and writes " + machine.films));
  CHECK(integration::run(machine.command({"allow", "--revoke", "other"})).status == 125);
  CHECK(integration::run(machine.command({"allow", "--revoke", "tool"})).status == 0);
  CHECK(machine.explain().status == 126);
  REQUIRE(machine.allow("y\n") == 0);
  CHECK(integration::run(machine.command({"allow", "--revoke", "--all"})).status == 0);
  CHECK(machine.list().out == "nothing is allowed\n");
}

TEST_CASE("an instance that the manifest takes by default is that instance") {
  const Machine machine;
  const std::string instances =
      "default_instance = \"fast\"\ninstances.fast.description = \"x\"\n"
      "instances.slow.description = \"y\"\n";
  machine.place.write("skillrun.toml", "[skills.tool]\n" + instances + skill(machine.mounts()));
  REQUIRE(machine.allow("y\n") == 0);
  CHECK(says(machine.list().out, "tool@fast, "));
  CHECK(machine.explain().status == 0);
  const auto explain = [&](const std::string& name) {
    return integration::run(machine.command({"-p", "restricted", "explain", name})).status;
  };
  CHECK(explain("tool@fast") == 0);
  CHECK(explain("tool@slow") == 126);
}

TEST_CASE("a store that others could write does not count, and says so") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  REQUIRE(machine.allow("y\n") == 0);
  REQUIRE(::chmod(machine.store().c_str(), 0777) == 0);
  const Outcome outcome = machine.explain();
  CHECK(outcome.status == 126);
  CHECK(says(outcome.err, "does not count: "));
  CHECK(says(outcome.err, "is open to others (chmod 700)"));
  CHECK(machine.list().status == 125);
}

TEST_CASE("--allow-mount grants for one run what it names, read-only unless it says rw") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  CHECK(machine.explain({"--allow-mount", machine.films}).status == 126);
  const Outcome granted = machine.explain({"--allow-mount", machine.films + ":rw"});
  CHECK(granted.status == 0);
  CHECK(says(granted.out, "granted: --allow-mount " + machine.films + ":rw"));
  CHECK(machine.explain({"--allow-mount", "../films:rw"}).status == 0);
  CHECK(machine.explain({"--allow-mount", machine.music + ":rw"}).status == 126);
  std::filesystem::create_directory_symlink(machine.films, machine.place.at("link"));
  CHECK(machine.explain({"--allow-mount", "link:rw"}).status == 0);
  CHECK(machine.explain().status == 126);
}

TEST_CASE("what an option grants becomes part of the answer") {
  const Machine machine;
  machine.skill_with(machine.mounts());
  std::string screen;
  const std::string above = std::filesystem::path(machine.films).parent_path().string();
  REQUIRE(machine.allow("y\n", screen, {"allow", "--allow-mount", above + ":rw", "tool"}) == 0);
  CHECK(says(screen, "reads and writes " + above));
  CHECK(machine.explain().status == 0);
}

TEST_CASE("no answer opens what is closed, and the lines that would are shown") {
  const Machine machine;
  machine.skill_with("volumes = [\"/var/lib/dpkg:/d:ro\"]\n");
  const Outcome option = machine.explain({"--allow-mount", "/var/lib/dpkg"});
  CHECK(option.status == 126);
  CHECK(says(option.out, "grants: [{skill: tool, mounts: [{path: /var/lib/dpkg, mode: ro}]}]"));
  AtTerminal terminal(machine.command({"-p", "restricted", "allow", "tool"}));
  CHECK(terminal.finish() == 126);
  CHECK_FALSE(says(terminal.screen(), "[y/N]"));
  CHECK(says(terminal.screen(), "no answer can grant"));
  machine.place.write("../policy.yaml",
                      "apiVersion: skillrun.policy/v1\nname: mine\nextends: [restricted]\n"
                      "grants: [{skill: tool, mounts: [{path: /var/lib/dpkg, mode: ro}]}]\n");
  const Outcome policy = integration::run(machine.command({"-p", "../policy.yaml", "explain", "tool"}));
  CHECK(policy.status == 0);
  CHECK(says(policy.out, "granted: policy mine (../policy.yaml:4)"));
}

TEST_CASE("nothing is asked while an answer would hold only until the manifest is fixed") {
  const Machine machine;
  machine.skill_with(machine.mounts() + "extra_args = [\"--privileged\"]\n");
  AtTerminal terminal(machine.command({"-p", "restricted", "allow", "tool"}));
  CHECK(terminal.finish() == 126);
  const std::string screen = terminal.screen();
  CHECK_FALSE(says(screen, "[y/N]"));
  CHECK(says(screen, "nothing is asked until that is fixed"));
  CHECK(says(screen, "--privileged"));
}

TEST_CASE("a skill that asks for nothing is told as such") {
  const Machine machine;
  machine.skill_with("read_only = true\ncap_drop = [\"ALL\"]\nmemory_swap = \"64m\"\n");
  const Outcome outcome = run_without_terminal(machine.command({"-p", "restricted", "allow", "tool"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(says(outcome.err, "nothing to allow"));
}

TEST_CASE("allow takes a skill, --list or --revoke, and no two of them") {
  const Machine machine;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {}, {"--list", "tool"}, {"--revoke"}, {"--all"}, {"--revoke", "--all", "tool"}, {"--list", "--revoke"}}) {
    CAPTURE(words);
    std::vector<std::string> all = {"allow"};
    all.insert(all.end(), words.begin(), words.end());
    CHECK(integration::run(machine.command(all)).status == 125);
  }
}
