// Named volumes: whose they are, and who may use them.
#include <doctest/doctest.h>

#include <filesystem>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// A World with a name for volumes, all of which are gone afterwards.
class VolumeWorld : public World {
 public:
  VolumeWorld() : volume_("test-" + folder().filename().string()) { manifest(with_volume()); }
  VolumeWorld(const VolumeWorld&) = delete;
  VolumeWorld& operator=(const VolumeWorld&) = delete;
  ~VolumeWorld() {
    for (const std::string& name : volumes()) (void)engine_client({"volume", "rm", "--force", name});
  }

  [[nodiscard]] const std::string& volume() const { return volume_; }
  [[nodiscard]] std::string with_volume(const std::string& more = {}) const {
    return busybox_skill("user = \"0:0\"\nvolumes = [\"" + volume_ + ":/v\"]\n" + more);
  }
  /// What the engine has by this name, its own or as a part.
  [[nodiscard]] std::vector<std::string> volumes() const {
    std::vector<std::string> found;
    for (std::string& name : sorted_lines(engine_client({"volume", "ls", "--quiet"}))) {
      if (name.ends_with(volume_)) found.push_back(std::move(name));
    }
    return found;
  }
  /// The same skill of another manifest.
  [[nodiscard]] Outcome from_elsewhere(const std::string& script) const {
    fs::create_directories(folder() / "elsewhere");
    write_file(folder() / "elsewhere/skills.toml", with_volume());
    Command other = command({"t", "--", "sh", "-c", script});
    other.argv[4] = folder() / "elsewhere/skills.toml";
    return run(other);
  }

 private:
  std::string volume_;
};

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(VolumeWorld, "a volume that skillrun made for a skill is used again by it, and by no other") {
  Outcome outcome = script("echo mine >/v/file");
  CHECK_MESSAGE(outcome.status == 0, outcome.err);
  outcome = script("cat /v/file");
  CHECK_MESSAGE(outcome.out == "mine\n", outcome.err);

  // The same name in another manifest is another volume, and neither is one that another program would ask for.
  const Outcome other = from_elsewhere("ls /v");
  CHECK_MESSAGE(other.status == 0, other.err);
  CHECK(other.out.empty());
  const std::vector<std::string> made = volumes();
  REQUIRE(made.size() == 2);
  for (const std::string& name : made) CHECK(name != volume());

  // Nor does its whole name open it to another.
  for (const std::string& name : made) {
    write_file(folder() / "by-name.toml", busybox_skill("volumes = [\"" + name + ":/v\"]"));
    Command by_name = command({"t", "--", "cat", "/v/file"});
    by_name.argv[4] = folder() / "by-name.toml";
    const Outcome refused = run(by_name);
    CHECK(refused.status == 126);
    CHECK(contains(refused.err, "opaque-volume"));
    CHECK(contains(refused.err, name));
  }

  manifest(with_volume() + "[skills.u]\nruntime = \"docker\"\n[skills.u.docker]\nimage = \"" +
           variable("SKILLRUN_TEST_IMAGE") + "\"\nvolumes = [\"" + volume() + ":/v\"]\n");
  const Outcome sibling = skillrun({"u", "--", "ls", "/v"});
  CHECK_MESSAGE(sibling.status == 0, sibling.err);
  CHECK(sibling.out.empty());
  // Its own manifest may change.
  CHECK(script("cat /v/file").out == "mine\n");
}

TEST_CASE_FIXTURE(VolumeWorld, "a volume of somebody else's is refused, whatever its labels say") {
  REQUIRE(engine_client({"volume", "create", "--label=skillrun.volume-owner=", volume()}).status == 0);
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 126);
  CHECK(result.status() == "refused");
  CHECK(contains(result.outcome.err, "opaque-volume"));
  CHECK(volumes() == std::vector<std::string>{volume()});
}

TEST_CASE_FIXTURE(VolumeWorld,
                  "a volume of the skill's own stays it when another program makes one of the plain name") {
  REQUIRE(script("echo mine >/v/file").status == 0);
  REQUIRE(engine_client({"volume", "create", volume()}).status == 0);
  CHECK(script("cat /v/file").out == "mine\n");
}

TEST_CASE_FIXTURE(VolumeWorld, "a volume that was made by hand is shared by the skills that were allowed it") {
  REQUIRE(engine_client({"volume", "create", volume()}).status == 0);
  write_file(folder() / "shares.yaml",
             "apiVersion: skillrun.policy/v1\nname: shares\nextends: [baseline]\ngrants:\n"
             "  - {skill: t, volumes: [" +
                 volume() + "]}\n");
  const auto with_policy = [&](const std::string& words) {
    return skillrun({"-p", folder() / "shares.yaml", "t", "--", "sh", "-c", words});
  };
  CHECK(with_policy("echo shared >/v/file").status == 0);
  CHECK(with_policy("cat /v/file").out == "shared\n");
  CHECK(volumes() == std::vector<std::string>{volume()});
}

TEST_CASE_FIXTURE(VolumeWorld, "a skill that is refused makes no volume") {
  manifest(with_volume("network = \"host\""));
  CHECK(script("true").status == 126);
  CHECK(volumes().empty());
}

TEST_SUITE_END();
