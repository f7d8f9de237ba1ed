// What was read to decide a run is not the skill's to write, and what outlives its skillrun stays kept.
#include <signal.h>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

const std::string everything = "volumes = [\"${SKILL_WORKDIR}:/w\"]\nworking_dir = \"/w\"\nuser = \"host\"";

/// In the working directory, with these words in the place of -m.
Outcome run_with(const World& world, const std::vector<std::string>& options, const std::vector<std::string>& words) {
  Command command = world.command(words);
  command.argv.erase(command.argv.begin() + 3, command.argv.begin() + 5);
  command.argv.insert(command.argv.begin() + 3, options.begin(), options.end());
  return run(command);
}

std::vector<std::string> script_of(const std::string& text) { return {"t", "--", "sh", "-c", text}; }

Outcome by_policy(const World& world, const std::string& policy, const std::string& text) {
  return world.skillrun({"-p", policy, "t", "--", "sh", "-c", text});
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "manifests beside the one that is run cannot be written") {
  fs::create_directory(work() / "skills");
  write_file(work() / "skills/a.toml", busybox_skill(everything));
  write_file(work() / "skills/b.toml", "mine\n");
  write_file(work() / "plain.toml", busybox_skill(everything));
  const std::string attempt =
      "for f in skills/a.toml skills/b.toml skills/c.toml plain.toml; do (echo x > $f) 2>/dev/null && echo wrote $f; "
      "done; mv skills s 2>/dev/null && echo moved; echo done";
  fs::remove(work() / "skills/b.toml");
  const Outcome outcome = run_with(*this, {"-m", "skills"}, script_of(attempt));
  CHECK_MESSAGE(outcome.out == "wrote plain.toml\ndone\n", outcome.err);
  write_file(work() / "plain.toml", busybox_skill(everything));
  CHECK(run_with(*this, {"-m", "plain.toml"}, script_of("(echo x > plain.toml) 2>/dev/null || echo kept")).out ==
        "kept\n");
}

TEST_CASE_FIXTURE(World, "what a policy extends cannot be written") {
  manifest(busybox_skill(everything));
  fs::create_directory(work() / "pol");
  write_file(work() / "pol/base.yaml", "apiVersion: skillrun.policy/v1\nname: base\nextends: [baseline]\n");
  write_file(work() / "pol/mine.yaml", "apiVersion: skillrun.policy/v1\nname: mine\nextends: [./base.yaml]\n");
  const Outcome outcome =
      by_policy(*this, "pol/mine.yaml",
                "for f in base mine; do (echo x >> pol/$f.yaml) 2>/dev/null && echo wrote $f; done; echo done");
  CHECK_MESSAGE(outcome.out == "done\n", outcome.err);
}

TEST_CASE_FIXTURE(World, "a link by which a document was named refuses a writable mount of its folder") {
  write_file(folder() / "real.toml", busybox_skill(everything));
  write_file(folder() / "real.yaml", "apiVersion: skillrun.policy/v1\nname: real\nextends: [baseline]\n");
  fs::create_symlink("../real.toml", work() / "m.toml");
  fs::create_symlink("../real.yaml", work() / "p.yaml");
  const Outcome by_manifest = run_with(*this, {"-m", "m.toml"}, script_of("true"));
  CHECK(by_manifest.status == 126);
  CHECK(contains(by_manifest.err, "protected-file"));
  manifest(busybox_skill(everything));
  CHECK(by_policy(*this, "p.yaml", "true").status == 126);
  CHECK(run_with(*this, {"-m", folder() / "real.toml"}, script_of("true")).status == 0);
}

TEST_CASE_FIXTURE(World, "every document is asked whether a skill could have made it, and touching it is the answer") {
  manifest(busybox_skill(everything));
  ::usleep(20'000);
  write_file(work() / "template", busybox_skill("command = [\"echo\", \"planted\"]"));
  REQUIRE(script("printf 'apiVersion: skillrun.policy/v1\\nname: p\\nextends: [privileged]\\n' > p.yaml; "
                 "cp template m.toml")
              .status == 0);
  const Outcome manifest_named = run_with(*this, {"-m", "m.toml"}, {"t"});
  CHECK(manifest_named.status == 126);
  CHECK(contains(manifest_named.err, "touch"));
  const Outcome policy_named = by_policy(*this, "p.yaml", "true");
  CHECK(policy_named.status == 126);
  CHECK(contains(policy_named.err, "touch"));
  // A link of the user's that leads to what a skill wrote.
  fs::create_directories(folder() / "home/.config/skillrun/manifests");
  fs::create_symlink(work() / "m.toml", folder() / "home/.config/skillrun/manifests/u.toml");
  CHECK(contains(run_with(*this, {}, {"list"}).err, "is not trusted"));
  // What the caller writes right after a run is theirs.
  write_file(work() / "m.toml", busybox_skill("command = [\"echo\", \"mine\"]"));
  CHECK(run_with(*this, {"-m", "m.toml"}, {"t"}).out == "mine\n");
  REQUIRE(run(shell("touch \"$1\"", {work() / "p.yaml"})).status == 0);
  CHECK(by_policy(*this, "p.yaml", "echo fine").out == "fine\n");
}

TEST_CASE_FIXTURE(World, "the recipe of an image in the working directory cannot be written") {
  fs::create_directory(work() / "image");
  write_file(work() / "image/Dockerfile", "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nRUN true\n");
  write_file(work() / "skillrun.toml",
             busybox_skill(everything + "\n[skills.t.docker.build]\ncontext = \"./image\"", "skillrun-test/recipe"));
  const Outcome outcome = run_with(
      *this, {},
      script_of("for f in Dockerfile .dockerignore file; do (echo x >> image/$f) 2>/dev/null && echo wrote $f; done; "
                "mv image i 2>/dev/null && echo moved; echo done"));
  CHECK_MESSAGE(outcome.out == "done\n", outcome.err);
  CHECK_FALSE(fs::exists(work() / "image/.dockerignore"));
}

TEST_CASE_FIXTURE(World, "a limit on the size of files ends the skill and not skillrun") {
  manifest(busybox_skill(everything));
  Command limited = command({"t", "--", "sh", "-c", "head -c 2000000 /dev/zero"});
  Command wrapped = shell("out=$1; shift; ulimit -f 500; exec \"$@\" > \"$out\"", {folder() / "big"});
  wrapped.argv.insert(wrapped.argv.end(), limited.argv.begin(), limited.argv.end());
  wrapped.directory = limited.directory;
  wrapped.environment = limited.environment;
  wrapped.unset = limited.unset;
  const Outcome outcome = run(wrapped);
  CHECK(outcome.status == 125);
  CHECK(containers().empty());
  CHECK(fs::is_empty(work()));
  // The limit on processor time is a signal, and the skill's to end by.
  Process timed(
      command({"t", "--", "sh", "-c", "trap 'echo term; exit 3' TERM; echo up; while :; do sleep 0.1; done"}));
  REQUIRE(timed.wait_for_output("up"));
  timed.signal(SIGXCPU);
  const Outcome ended = timed.finish();
  CHECK(ended.status == 3);
  CHECK(ended.out == "up\nterm\n");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("gc");

TEST_CASE_FIXTURE(World, "a skill whose skillrun was killed cannot write more than before, nor after the next run") {
  manifest(busybox_skill(everything));
  Process killed(command(
      {"t", "--", "sh", "-c",
       "echo up; while [ ! -e go ]; do sleep 0.1; done; (echo x > .envrc) 2>/dev/null && touch wrote; touch done; "
       "sleep 60"}));
  REQUIRE(killed.wait_for_output("up"));
  killed.signal(SIGKILL);
  (void)killed.finish();
  CHECK(script("echo harmless").out == "harmless\n");
  write_file(work() / "go", "");
  for (int i = 0; i < 100 && !fs::exists(work() / "done"); ++i) ::usleep(100'000);
  CHECK(fs::exists(work() / "done"));
  CHECK_FALSE(fs::exists(work() / "wrote"));
  CHECK(fs::exists(work() / ".envrc"));
  // gc asks the engine, removes the container and then what kept it.
  CHECK(skillrun({"gc"}).status == 0);
  CHECK_FALSE(fs::exists(work() / ".envrc"));
  CHECK_FALSE(fs::exists(work() / ".git"));
}

TEST_SUITE_END();
