// Named volumes: whose they are, and who may use them.
#include <doctest/doctest.h>

#include <filesystem>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// A World with a volume of its own, which is gone afterwards.
class VolumeWorld : public World {
 public:
  VolumeWorld() : volume_("skillrun-test-" + folder().filename().string()) { manifest(with_volume()); }
  VolumeWorld(const VolumeWorld&) = delete;
  VolumeWorld& operator=(const VolumeWorld&) = delete;
  ~VolumeWorld() { (void)engine_client({"volume", "rm", "--force", volume_}); }

  [[nodiscard]] const std::string& volume() const { return volume_; }
  [[nodiscard]] std::string with_volume(const std::string& more = {}) const {
    return busybox_skill("user = \"0:0\"\nvolumes = [\"" + volume_ + ":/v\"]\n" + more);
  }
  [[nodiscard]] bool exists() const { return engine_client({"volume", "inspect", volume_}).status == 0; }
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

  const Outcome other = from_elsewhere("cat /v/file");
  CHECK(other.status == 126);
  CHECK(other.out.empty());
  CHECK(contains(other.err, "opaque-volume"));
  CHECK(contains(other.err, volume()));

  manifest(with_volume() + "[skills.u]\nruntime = \"docker\"\n[skills.u.docker]\nimage = \"" +
           variable("SKILLRUN_TEST_IMAGE") + "\"\nvolumes = [\"" + volume() + ":/v\"]\n");
  const Outcome sibling = skillrun({"u", "--", "cat", "/v/file"});
  CHECK(sibling.status == 126);
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
  CHECK(exists());
}

TEST_CASE_FIXTURE(VolumeWorld, "a skill that is refused makes no volume") {
  manifest(with_volume("network = \"host\""));
  CHECK(script("true").status == 126);
  CHECK_FALSE(exists());
}

TEST_SUITE_END();
