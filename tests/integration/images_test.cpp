// Getting the image: from the engine, from a registry, by building it; and every way in which that fails.
#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

std::string registry() { return variable("SKILLRUN_TEST_REGISTRY"); }

void forget(const std::string& image) { (void)engine_client({"rmi", "--force", image}); }

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "an image that is missing is pulled by its tag, once") {
  const std::string image = registry() + "/busybox:1";
  forget(image);
  manifest(busybox_skill("", image));
  CHECK(script("echo ran").out == "ran\n");
  CHECK(script("echo ran", {"--pull", "never"}).out == "ran\n");
  CHECK(script("echo ran", {"--pull", "always"}).out == "ran\n");
  forget(image);
}

TEST_CASE_FIXTURE(World, "an image is pulled by its digest") {
  const std::string image = registry() + "/busybox@" + variable("SKILLRUN_TEST_REGISTRY_DIGEST");
  forget(image);
  manifest(busybox_skill("", image));
  const Outcome outcome = script("echo ran");
  CHECK(outcome.out == "ran\n");
  CHECK(outcome.err == "");
  forget(image);
}

TEST_CASE_FIXTURE(World, "an image is pulled ahead of its first run") {
  const std::string image = registry() + "/busybox:1";
  forget(image);
  manifest(busybox_skill("", image));
  const Outcome pulled = skillrun({"pull", "t"});
  CHECK(pulled.status == 0);
  CHECK(script("echo ran", {"--pull", "never"}).out == "ran\n");
  forget(image);
}

TEST_CASE_FIXTURE(World, "an image that the registry does not have is named") {
  manifest(busybox_skill("", registry() + "/absent:1"));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
  CHECK(contains(result.outcome.err, "absent:1"));
}

TEST_CASE_FIXTURE(World, "an image that may not be pulled is not pulled") {
  const std::string image = registry() + "/busybox:1";
  forget(image);
  manifest(busybox_skill("pull = \"never\"", image));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
  CHECK(contains(result.outcome.err, "busybox:1"));
}

TEST_CASE_FIXTURE(World, "a registry that does not answer is an unavailable image") {
  manifest(busybox_skill("", "127.0.0.1:1/busybox:1"));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
}

TEST_CASE_FIXTURE(World, "an image for another platform does not run") {
  manifest(busybox_skill("", registry() + "/busybox:foreign"));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
  CHECK(contains(result.outcome.err, "foreign"));
}

TEST_CASE_FIXTURE(World, "a platform that the image does not have is said") {
  manifest(busybox_skill("platform = \"" + variable("SKILLRUN_TEST_FOREIGN_PLATFORM") + "\""));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.outcome.out == "");
}

TEST_CASE_FIXTURE(World,
                  "an image is built from its folder when it is missing or its recipe has changed, and only then") {
  const std::string image = "skillrun-test/built:1";
  forget(image);
  fs::create_directories(folder() / "image");
  write_file(folder() / "image/Dockerfile",
             "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nARG WORD=none\nCOPY greeting /greeting\nENV WORD=$WORD\n");
  write_file(folder() / "image/greeting", "hello ");
  manifest(busybox_skill("[skills.t.docker.build]\ncontext = \"image\"\nargs = {WORD = \"world\"}", image));
  CHECK(script("cat /greeting; echo $WORD").out == "hello world\n");
  const std::string built = engine_client({"image", "inspect", "--format", "{{.Id}}", image}).out;
  CHECK(script("cat /greeting; echo $WORD").out == "hello world\n");
  CHECK(engine_client({"image", "inspect", "--format", "{{.Id}}", image}).out == built);
  write_file(folder() / "image/Dockerfile", read_file(folder() / "image/Dockerfile") + "ENV WORD=moon\n");
  CHECK(script("cat /greeting; echo $WORD").out == "hello moon\n");
  forget(image);
}

TEST_CASE_FIXTURE(World, "a build that fails is an unavailable image with the engine's words") {
  const std::string image = "skillrun-test/broken:1";
  forget(image);
  fs::create_directories(folder() / "image");
  write_file(folder() / "image/Dockerfile", "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nCOPY absent /absent\n");
  manifest(busybox_skill("[skills.t.docker.build]\ncontext = \"image\"", image));
  const Result result = result_of({"t", "--", "true"});
  CHECK(result.outcome.status == 125);
  CHECK(result.status() == "image-unavailable");
  CHECK(contains(result.outcome.err, "absent"));
}

TEST_CASE_FIXTURE(World, "over the API a run needs no other program") {
  if (!engine_path().is_api()) return;
  Command full = command({"t", "--", "echo", "ran"});
  full.environment["PATH"] = "/nowhere";
  const Outcome outcome = run(full);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "ran\n");
}

TEST_SUITE_END();
