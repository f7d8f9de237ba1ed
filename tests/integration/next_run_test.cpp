// What a skill, or another process beside it, can do to the next run.
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// A skill of the caller's that may write where the caller works.
constexpr const char* writes_workdir = "volumes = [\"${SKILL_WORKDIR}:/w\"]\nworking_dir = \"/w\"\nuser = \"host\"";

/// A process that exchanges two entries of a folder as long as it lives.
class Swapper {
 public:
  Swapper(fs::path one, fs::path other) : one_(std::move(one)), other_(std::move(other)) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        if (::renameat2(AT_FDCWD, one_.c_str(), AT_FDCWD, other_.c_str(), RENAME_EXCHANGE) == 0) ++swaps;
        ::usleep(300);
      }
    });
  }
  std::atomic<int> swaps = 0;

 private:
  fs::path one_;
  fs::path other_;
  std::jthread thread_;
};

struct Tally {
  int shown = 0;
  int refused = 0;
  int leaked = 0;
};

/// Runs a skill that shows what is mounted again and again, while its source is exchanged.
Tally race(const World& world, const fs::path& source, const fs::path& link, int runs) {
  const Swapper swapper(source, link);
  Tally tally;
  for (int i = 0; i < runs; ++i) {
    const Outcome outcome = world.script("cat /d/hostname /d 2>/dev/null");
    CAPTURE(outcome.err);
    if (outcome.out == "mine\n") {
      ++tally.shown;
    } else if (outcome.out.empty() && outcome.status != 0) {
      ++tally.refused;
    } else {
      ++tally.leaked;
    }
  }
  CHECK(swapper.swaps > runs);
  return tally;
}

/// The files and folders below a folder, one a line.
std::string listing(const fs::path& folder) { return run(shell("cd \"$1\" && find . | LC_ALL=C sort", {folder})).out; }

Command git(const std::string& words, const fs::path& folder) {
  Command command = shell("git " + words);
  command.directory = folder;
  command.environment = {{"HOME", folder.parent_path() / "home"}};
  return command;
}

/// Without -m: what the project search finds.
Outcome in_folder(const World& world, const fs::path& folder, const std::vector<std::string>& words) {
  Command command = world.command(words);
  command.argv.erase(command.argv.begin() + 3, command.argv.begin() + 5);
  command.directory = folder;
  return run(command);
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "a folder that is exchanged for a link all the time never shows what the link leads to") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}/data:/d:ro\"]"));
  fs::create_directory(work() / "data");
  write_file(work() / "data/hostname", "mine\n");
  fs::create_directory_symlink("/etc", work() / "link");
  const Tally tally = race(*this, work() / "data", work() / "link", 24);
  CHECK(tally.leaked == 0);
}

TEST_CASE_FIXTURE(World, "a file that is exchanged for a link all the time never shows what the link leads to") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}/data:/d:ro\"]"));
  write_file(work() / "data", "mine\n");
  fs::create_symlink("/etc/shadow", work() / "link");
  const Tally tally = race(*this, work() / "data", work() / "link", 16);
  CHECK(tally.leaked == 0);
}

TEST_CASE_FIXTURE(World, "a folder above the source that is exchanged for a link never shows what the link leads to") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}/a/default:/d:ro\"]"));
  fs::create_directories(work() / "a/default");
  write_file(work() / "a/default/hostname", "mine\n");
  fs::create_directory_symlink("/etc", work() / "link");
  const Tally tally = race(*this, work() / "a", work() / "link", 16);
  CHECK(tally.leaked == 0);
}

TEST_CASE_FIXTURE(World, "a source that is missing is refused and never made") {
  for (const char* mount :
       {"volumes = [\"${SKILL_WORKDIR}/missing:/d\"]", "extra_args = [\"-v\", \"${SKILL_WORKDIR}/missing:/d\"]",
        "mounts = [{source = \"${SKILL_WORKDIR}/missing\", target = \"/d\"}]"}) {
    manifest(busybox_skill(mount));
    for (const char* policy : {"baseline", "privileged"}) {
      const Outcome outcome = script("true", {"-p", policy});
      CHECK(outcome.status == 126);
      CHECK(contains(outcome.err, "missing-mount-source"));
      CHECK_FALSE(fs::exists(work() / "missing"));
    }
  }
}

TEST_CASE_FIXTURE(World, "a skill cannot make what skillrun or others run from its working directory") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/w\"]\nworking_dir = \"/w\"\nuser = \"0:0\""));
  const Outcome outcome = script(
      "chmod 777 .skillrun .git .vscode 2>/dev/null\n"
      "for f in .skillrun/jq.toml skillrun.toml skillrun.yaml skillrun.yml .skill-engine.toml skill-engine.toml .envrc "
      ".git/config .git/hooks/pre-commit .vscode/tasks.json HEAD; do\n"
      "  mkdir -p \"$(dirname $f)\" 2>/dev/null; (echo planted > $f) 2>/dev/null && echo wrote $f\n"
      "  rm -rf \"$f\" 2>/dev/null; mv $f moved 2>/dev/null && echo moved $f; done\n"
      "mv .git g 2>/dev/null && echo moved\nmv .skillrun s 2>/dev/null && echo moved\necho ordinary > file");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.empty());
  CHECK(listing(work()) == ".\n./file\n");
}

TEST_CASE_FIXTURE(World, "what is there stays as it is, a repository as a whole") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/w\"]\nworking_dir = \"/w\"\nuser = \"0:0\""));
  REQUIRE(run(git("init -q . && git config user.email a@b && git config user.name me", work())).status == 0);
  fs::create_directories(work() / ".skillrun");
  write_file(work() / ".skillrun/jq.toml", "mine\n");
  const std::string before = listing(work());
  const std::string settings = read_file(work() / ".git/config");
  const Outcome outcome = script(
      "cat .skillrun/jq.toml; cat .git/HEAD > /dev/null && echo readable\n"
      "for f in config HEAD index commondir hooks/pre-commit; do (echo x > .git/$f) 2>/dev/null && echo wrote $f; "
      "done\n"
      "rm -rf .skillrun 2>/dev/null; mv .git other 2>/dev/null || echo kept");
  CHECK(outcome.out == "mine\nreadable\nkept\n");
  CHECK(read_file(work() / ".git/config") == settings);
  CHECK(read_file(work() / ".skillrun/jq.toml") == "mine\n");
  CHECK(listing(work()) == before);
}

TEST_CASE_FIXTURE(World, "git runs nothing that a skill left, whatever git would take for its settings") {
  manifest(busybox_skill(writes_workdir));
  const std::string proof = folder() / "proof";
  const std::string config =
      "printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n%s\\tfsmonitor = touch " + proof +
      "; false\\n' ";
  SUBCASE("a common folder") {
    REQUIRE(run(git("init -q .", work())).status == 0);
    (void)script("mkdir c; cp .git/HEAD c; cp -r .git/objects .git/refs c; " + config +
                 "'' > c/config; echo ../c > .git/commondir");
  }
  SUBCASE("a repository without .git") {
    (void)script("mkdir -p objects refs; echo 'ref: refs/heads/main' > HEAD; " + config +
                 "'\tworktree = .\n' > config");
  }
  SUBCASE("the same in a folder of a repository") {
    REQUIRE(run(git("init -q ..", work())).status == 0);
    (void)script("mkdir -p objects refs; echo 'ref: refs/heads/main' > HEAD; " + config +
                 "'\tworktree = .\n' > config; mkdir -p .git && cp -r HEAD objects refs config .git");
  }
  std::string add_submodule;
  SUBCASE("a submodule") {
    add_submodule =
        "printf '[submodule \"lib\"]\\n\\tpath = lib\\n\\turl = ./lib\\n' > .gitmodules && git init -q . && "
        "git add lib .gitmodules";
  }
  SUBCASE("a submodule that only the index knows") { add_submodule = "git init -q . && git add lib"; }
  SUBCASE("a submodule of the repository around the folder") { add_submodule = "git init -q .. && git add lib"; }
  SUBCASE("the repository of another working tree") {
    REQUIRE(run(git("init -q m && git -C m -c user.email=a@b -c user.name=a commit -q --allow-empty -m 1 && git -C m "
                    "worktree add -q ../t",
                    work()))
                .status == 0);
    Command in_tree = command({"--workdir", work(), "t", "--", "sh", "-c", config + "'' >> m/.git/config"});
    in_tree.directory = work() / "t";
    (void)run(in_tree);
    (void)run(git("status", work() / "t"));
  }
  SUBCASE("a repository that lies elsewhere") {
    REQUIRE(run(git("init -q --separate-git-dir=store .", work())).status == 0);
    (void)script(config + "'' > store/config");
  }
  SUBCASE("a file that the configuration includes") {
    REQUIRE(run(git("init -q . && git config include.path ../included", work())).status == 0);
    (void)script(config + "'' > included");
  }
  if (!add_submodule.empty()) {
    REQUIRE(run(git("init -q lib && git -C lib -c user.email=a@b -c user.name=a commit -q --allow-empty -m 1 && " +
                        add_submodule,
                    work()))
                .status == 0);
    (void)script(
        "rm -rf lib/.git; mkdir -p lib/.git/objects lib/.git/refs; echo 'ref: refs/heads/main' > lib/.git/HEAD; " +
        config + "'' > lib/.git/config");
  }
  (void)run(git("status", work()));
  CHECK_FALSE(fs::exists(proof));
}

TEST_CASE_FIXTURE(World, "a policy that allows .git lets a skill commit, and more") {
  manifest(busybox_skill(writes_workdir));
  write_file(folder() / "commits.yaml",
             "apiVersion: skillrun.policy/v1\nname: commits\nextends: [baseline]\n"
             "rules: {protected-file: {params: {allow: [.git]}}}\n");
  REQUIRE(run(git("init -q .", work())).status == 0);
  const std::vector<std::string> commit{
      "-p", folder() / "commits.yaml", "t", "--", "sh", "-c", "echo x >> .git/config && echo wrote"};
  CHECK(skillrun(commit).out == "wrote\n");
}

TEST_CASE_FIXTURE(World, "where the caller stands is kept as the mounted folder above it is") {
  fs::create_directories(work() / "a/b");
  write_file(work() / "skillrun.toml",
             busybox_skill("volumes = [\"./:/w\"]\nworking_dir = \"/w/a/b\"\nuser = \"host\""));
  const Outcome outcome =
      in_folder(*this, work() / "a/b",
                {"t", "--", "sh", "-c",
                 "for f in .envrc ../.envrc .git/config HEAD ../HEAD .vscode/tasks.json skillrun.toml; do\n"
                 "  (mkdir -p \"$(dirname $f)\" && echo planted > $f) 2>/dev/null && echo wrote $f; done\n"
                 "mv ../b ../c 2>/dev/null && echo moved; mv /w/a /w/c 2>/dev/null && echo moved; echo done"});
  CHECK_MESSAGE(outcome.out == "done\n", outcome.err);
  CHECK(listing(work()) == ".\n./a\n./a/b\n./skillrun.toml\n");
}

TEST_CASE_FIXTURE(World, "runs at the same time share what keeps the names, and leave nothing") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/w\"]\nworking_dir = \"/w\""));
  Process first(
      command({"t", "--", "sh", "-c",
               "echo up; while [ ! -e go ]; do sleep 0.1; done; (echo x > .envrc) 2>/dev/null && echo wrote"}));
  REQUIRE(first.wait_for_output("up"));
  CHECK(script("(echo x > .envrc) 2>/dev/null && echo wrote").out.empty());
  write_file(work() / "go", "");
  CHECK(first.finish().out == "up\n");
  CHECK(listing(work()) == ".\n./go\n");
}

TEST_CASE_FIXTURE(World, "a manifest that a skill could have made is not trusted until the caller touches it") {
  manifest(busybox_skill(writes_workdir));
  fs::create_directory(work() / "sub");
  fs::create_directory(work() / "own");
  write_file(work() / "own/skillrun.toml", busybox_skill("command = [\"echo\", \"own\"]"));
  write_file(work() / "planted", busybox_skill("command = [\"echo\", \"planted\"]"));
  ::usleep(20'000);
  REQUIRE(script("mkdir sub/.skillrun && cp planted sub/.skillrun/t.toml").status == 0);
  const Outcome refused = in_folder(*this, work() / "sub", {"t"});
  CHECK(refused.status == 126);
  CHECK(refused.out.empty());
  CHECK(contains(refused.err, "is not trusted"));
  CHECK(contains(refused.err, "touch"));
  // What was there before is not in doubt, and an own change is believed.
  CHECK(contains(in_folder(*this, work() / "own", {"t"}).out, "own"));
  REQUIRE(run(shell("touch \"$1\" \"$1/t.toml\"", {work() / "sub/.skillrun"})).status == 0);
  CHECK(contains(in_folder(*this, work() / "sub", {"t"}).out, "planted"));
}

TEST_CASE_FIXTURE(World, "a folder of manifests that a skill has moved there is not trusted either") {
  manifest(busybox_skill(writes_workdir));
  fs::create_directories(work() / "examples/tools");
  fs::create_directory(work() / "sub");
  write_file(work() / "examples/tools/t.toml", busybox_skill("command = [\"echo\", \"planted\"]"));
  ::usleep(20'000);
  REQUIRE(script("mv examples/tools sub/.skillrun").status == 0);
  const Outcome refused = in_folder(*this, work() / "sub", {"t"});
  CHECK(refused.status == 126);
  CHECK(refused.out.empty());
  CHECK(contains(refused.err, "is not trusted"));
}

TEST_CASE_FIXTURE(World, "a skill does not decide which of two manifests is used by making one doubtful") {
  manifest(busybox_skill(writes_workdir));
  fs::create_directories(work() / "inner");
  write_file(work() / "skillrun.toml", busybox_skill("command = [\"echo\", \"outer\"]"));
  write_file(work() / "inner/skillrun.toml", busybox_skill("command = [\"echo\", \"inner\"]"));
  ::usleep(20'000);
  REQUIRE(script("touch inner/skillrun.toml").status == 0);
  const Outcome refused = in_folder(*this, work() / "inner", {"t"});
  CHECK(refused.status == 126);
  CHECK(refused.out.empty());
  Command by_folder = command({"t"});
  by_folder.argv[4] = work() / "inner";
  CHECK(run(by_folder).status == 126);
  Command by_variable = command({"t"});
  by_variable.argv.erase(by_variable.argv.begin() + 3, by_variable.argv.begin() + 5);
  by_variable.unset.clear();
  by_variable.environment["SKILLRUN_MANIFEST"] = work() / "inner/skillrun.toml";
  CHECK(run(by_variable).status == 126);
}

TEST_SUITE_END();
