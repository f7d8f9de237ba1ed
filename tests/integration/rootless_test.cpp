// podman of a user without privileges: whose files a skill makes, and who it is.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// A world that belongs to a user without privileges.
class UserWorld : public World {
 public:
  UserWorld() {
    if (as_user().empty()) return;
    user_ = static_cast<uid_t>(std::stoul(run({.argv = {as_user(), "id", "-u"}}).out));
    // The user may not enter the folder of the build.
    fs::copy_file(command({}).argv.front(), folder() / "skillrun");
    REQUIRE(::chown(work().c_str(), user_, user_) == 0);
  }

  /// False, and says why, where rootless podman does not work.
  [[nodiscard]] static bool can_be_tested() {
    if (!as_user().empty()) return true;
    MESSAGE("skipped: SKILLRUN_TEST_AS_USER is not set; scripts/test-engines says why rootless podman does not work");
    return false;
  }
  /// podman's program and its service.
  [[nodiscard]] static std::vector<std::string> engines() {
    return {"cli:podman", "unix://" + variable("SKILLRUN_TEST_ROOTLESS_SOCKET")};
  }

  [[nodiscard]] Outcome by_user(const std::vector<std::string>& words) const {
    Command full{.argv = {as_user(), folder() / "skillrun"}};
    full.argv.insert(full.argv.end(), words.begin(), words.end());
    full.directory = work();
    Outcome outcome = run(full);
    CHECK_FALSE(outcome.timed_out);
    return outcome;
  }
  [[nodiscard]] Outcome script_by_user(const std::string& engine, const std::string& script) const {
    const Outcome outcome =
        by_user({"--engine", engine, "-m", folder() / "skills.toml", "t", "--", "sh", "-c", script});
    CHECK(run({.argv = {as_user(), "podman", "ps", "--all", "--quiet"}, .directory = work()}).out == "");
    return outcome;
  }

  [[nodiscard]] std::string user() const { return std::to_string(user_); }
  /// Whose file it is outside of the container.
  [[nodiscard]] uid_t owner(const std::string& name) const {
    struct stat status{};
    REQUIRE(::stat((work() / name).c_str(), &status) == 0);
    return status.st_uid;
  }
  [[nodiscard]] uid_t user_id() const noexcept { return user_; }

 private:
  static std::string as_user() { return variable("SKILLRUN_TEST_AS_USER"); }

  uid_t user_ = 0;
};

/// A skill without limits, which not every machine lets a user without privileges set.
std::string skill(const std::string& more_lines) {
  return "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"" +
         variable("SKILLRUN_TEST_IMAGE") + "\"\nvolumes = [\"${SKILL_WORKDIR}:/w\"]\nworking_dir = \"/w\"\n" +
         more_lines + "\n";
}

}  // namespace

TEST_SUITE_BEGIN("rootless");

TEST_CASE_FIXTURE(UserWorld, "user = \"host\" is the caller inside and outside of a rootless container") {
  if (!can_be_tested()) return;
  manifest(skill("user = \"host\""));
  for (const std::string& engine : engines()) {
    CAPTURE(engine);
    const Outcome outcome = script_by_user(engine, "id -u; id -g; stat -c %u /w; echo made >made; cat made");
    CHECK(outcome.err == "");
    CHECK(outcome.status == 0);
    CHECK(outcome.out == user() + "\n" + user() + "\n" + user() + "\nmade\n");
    CHECK(owner("made") == user_id());
    fs::remove(work() / "made");
  }
}

TEST_CASE_FIXTURE(UserWorld, "root of a rootless container is the caller outside") {
  if (!can_be_tested()) return;
  manifest(skill(""));
  for (const std::string& engine : engines()) {
    CAPTURE(engine);
    const Outcome outcome = script_by_user(engine, "id -u; echo made >made; chown 1234 made; chown 0 made");
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "0\n");
    CHECK(owner("made") == user_id());
    fs::remove(work() / "made");
  }
}

TEST_CASE_FIXTURE(UserWorld, "another user of a rootless container is none of the machine's users") {
  if (!can_be_tested()) return;
  manifest(skill("user = \"1234:1234\""));
  fs::permissions(work(), fs::perms(0777));
  for (const std::string& engine : engines()) {
    CAPTURE(engine);
    CHECK(script_by_user(engine, "id -u; echo made >made").out == "1234\n");
    CHECK(owner("made") != user_id());
    CHECK(owner("made") > 65536);
    fs::remove(work() / "made");
  }
}

TEST_CASE_FIXTURE(UserWorld, "a limit holds in a rootless container or fails the run, and the doctor knows which") {
  if (!can_be_tested()) return;
  manifest(skill("user = \"host\"\npids_limit = 50"));
  for (const std::string& engine : engines()) {
    CAPTURE(engine);
    const Outcome outcome = script_by_user(engine, "echo ran");
    const bool holds = outcome.status == 0;
    CHECK(outcome.out == (holds ? "ran\n" : ""));
    if (!holds) CHECK(outcome.status == 126);
    if (!holds) CHECK(contains(outcome.err, "pids_limit was to be 50, but is none"));
    if (!engine.starts_with("unix://")) continue;
    const std::string enforced = by_user({"--engine", engine, "doctor"}).out;
    CAPTURE(enforced);
    CHECK(contains(enforced, "rootless"));
    CHECK(contains(enforced, holds ? "enforces: memory, swap, pids" : "not memory, swap, pids"));
  }
}

TEST_CASE_FIXTURE(UserWorld, "a rootless container's mounts lie where their targets say, or nothing runs") {
  if (!can_be_tested()) return;
  fs::create_directories(folder() / "image/tree/real");
  fs::create_directory_symlink("/real", folder() / "image/tree/alias");
  write_file(folder() / "image/Dockerfile", "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nCOPY tree /\n");
  const auto manifest_with = [&](const std::string& target) {
    manifest(
        "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"local/alias:1\"\n"
        "build = { context = \"./image\" }\nuser = \"host\"\nvolumes = [\"${SKILL_WORKDIR}:" +
        target + "\"]\n");
  };
  REQUIRE(run(shell("chown -R \"$1\" \"$2\"", {user(), folder() / "image"})).status == 0);
  for (const std::string& engine : engines()) {
    CAPTURE(engine);
    manifest_with("/alias");
    const Outcome refused = script_by_user(engine, "touch /alias/.envrc");
    CHECK(refused.status == 126);
    CHECK(contains(refused.err, "the target '/alias' is a link of the image"));
    manifest_with("/real");
    const Outcome outcome = script_by_user(engine, "touch /real/.envrc 2>/dev/null || echo kept; touch /real/made");
    CAPTURE(outcome.err);
    CHECK(outcome.out == "kept\n");
    CHECK(fs::exists(work() / "made"));
    fs::remove(work() / "made");
  }
}

TEST_CASE_FIXTURE(UserWorld,
                  "the commands of a Dockerfile are not in the network of the machine with a user's podman") {
  if (!can_be_tested()) return;
  fs::create_directories(folder() / "image");
  write_file(folder() / "image/Dockerfile",
             "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nRUN readlink /proc/self/ns/net >/namespace\n");
  manifest(
      "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"local/net:1\"\n"
      "build = { context = \"./image\" }\nuser = \"host\"\n");
  REQUIRE(run(shell("chown -R \"$1\" \"$2\"", {user(), folder() / "image"})).status == 0);
  for (const std::string& engine : engines()) {
    CAPTURE(engine);
    const Outcome outcome = script_by_user(engine, "cat /namespace");
    CAPTURE(outcome.err);
    // A network of its own takes a program that not every machine has.
    if (outcome.status != 0) {
      CHECK(contains(outcome.err, "slirp4netns"));
      continue;
    }
    CHECK(contains(outcome.out, "net:["));
    CHECK_FALSE(contains(outcome.out, fs::read_symlink("/proc/self/ns/net").string()));
  }
}

TEST_SUITE_END();
