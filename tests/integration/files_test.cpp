// The working directory in the container, and who owns what is written there.
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

constexpr uid_t other_user = 1234;

struct stat status_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status;
}

/// The same command as a user without rights but for the engine's socket; as it is for a caller who is not root.
Command as_other_user(Command command, const fs::path& socket) {
  if (::geteuid() != 0) return command;
  const std::string id = std::to_string(other_user);
  std::vector<std::string> words{
      "setpriv", "--reuid", id, "--regid", id, "--groups", std::to_string(status_of(socket).st_gid)};
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  command.argv = words;
  return command;
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "a working directory of any name is mounted") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/work\"]"));
  for (const char* name : {"a:b", "a,b", "a\"b", "a b", "${HOME}"}) {
    CAPTURE(name);
    fs::create_directory(work() / name);
    write_file(work() / name / "told", "found");
    const Outcome outcome = skillrun({"run", "t", "--workdir", work() / name, "--", "cat", "/work/told"});
    CHECK_MESSAGE(outcome.out == "found", outcome.err);
  }
}

TEST_CASE_FIXTURE(World, "a file that the skill writes belongs to the caller") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/workdir\"]\nworking_dir = \"/workdir\"\nuser = \"host\""));
  Command full = command({"t", "--", "sh", "-c", "id -u; echo content > made"});
  uid_t caller = ::geteuid();
  // podman's own client without root would look for another user's storage, and who cannot read root's is not told
  // where its containers' mounts lie: there the caller stays root.
  if (caller == 0 && engine_path().program == "docker") {
    caller = other_user;
    REQUIRE(::chown(work().c_str(), other_user, other_user) == 0);
    full = as_other_user(full, variable("SKILLRUN_TEST_DOCKER_SOCKET"));
  }
  const Outcome outcome = run(full);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == std::to_string(caller) + "\n");
  CHECK(read_file(work() / "made") == "content\n");
  CHECK(status_of(work() / "made").st_uid == caller);
}

TEST_CASE_FIXTURE(World, "--workdir chooses another folder") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/workdir\"]\nworking_dir = \"/workdir\""));
  fs::create_directory(folder() / "elsewhere");
  write_file(folder() / "elsewhere/there", "found");
  CHECK(script("cat there", {"--workdir", folder() / "elsewhere"}).out == "found");
}

TEST_CASE_FIXTURE(World, "a folder with odd characters in its name is mounted") {
  manifest(busybox_skill("mounts = [{type = \"bind\", source = \"${SKILL_WORKDIR}\", target = \"/workdir\"}]"));
  const fs::path odd = folder() / "a b,c=d 'e' \"f\"";
  fs::create_directory(odd);
  write_file(odd / "there", "found");
  const Outcome outcome = script("cat /workdir/there", {"--workdir", odd});
  // Mounted as it is, or refused by name; never another folder.
  if (outcome.status == 0) {
    CHECK(outcome.out == "found");
  } else {
    CHECK(contains(outcome.err, "a b,c=d"));
  }
}

TEST_CASE_FIXTURE(World, "a read-only mount can be read and not written") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/workdir:ro\"]"));
  write_file(work() / "there", "found");
  CHECK(script("cat /workdir/there; touch /workdir/new 2>/dev/null || echo refused").out == "foundrefused\n");
  CHECK_FALSE(fs::exists(work() / "new"));
}

TEST_CASE_FIXTURE(World, "a working directory that is a symbolic link is judged and mounted by its real path") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/workdir\"]"));
  fs::create_directory(folder() / "real");
  write_file(folder() / "real/there", "found");
  fs::create_directory_symlink(folder() / "real", folder() / "link");
  CHECK(script("cat /workdir/there", {"--workdir", folder() / "link"}).out == "found");
  fs::create_directory_symlink("/etc", folder() / "secret");
  CHECK(script("cat /workdir/hostname", {"--workdir", folder() / "secret"}).status == 126);
}

TEST_CASE_FIXTURE(World, "the root of the file system is not a working directory") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/workdir\"]"));
  const Outcome outcome = script("ls /workdir", {"--workdir", "/"});
  CHECK(outcome.status == 126);
  CHECK(outcome.out == "");
}

TEST_SUITE_END();
