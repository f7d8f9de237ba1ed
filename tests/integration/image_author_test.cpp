// What an image can do that its author wrote to get more than the manifest shows.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// A skill whose image is built from a Dockerfile beside the manifest.
class Author : public World {
 public:
  Author() { fs::create_directories(folder() / "image"); }
  Author(const Author&) = delete;
  Author& operator=(const Author&) = delete;
  ~Author() {
    const Outcome images = engine_client({"images", "--quiet", "--filter", "label=author=" + name()});
    std::istringstream lines(images.out);
    for (std::string id; std::getline(lines, id);) (void)engine_client({"rmi", "--force", id});
  }

  void write(const std::string& dockerfile, const std::string& more_lines = {}) const {
    write_file(folder() / "image/Dockerfile",
               "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\nLABEL author=" + name() + "\n" + dockerfile);
    manifest(
        "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"local/author:1\"\nbuild = { "
        "context = \"./image\" }\n" +
        more_lines + "\n");
  }

 private:
  [[nodiscard]] std::string name() const { return folder().filename().string(); }
};

std::string own_namespace(const char* kind) { return fs::read_symlink(fs::path("/proc/self/ns") / kind).string(); }

constexpr const char* show_namespaces =
    "RUN for n in net ipc uts pid; do readlink /proc/self/ns/$n; done >/namespaces\n";

/// The links by which a working directory is led away from its masks.
constexpr const char* links =
    "RUN mkdir -p /real /tmp && ln -s /real /tmp/l && ln -s /tmp/l /workdir && ln -s /s/l /w\n";

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(Author, "the commands of a Dockerfile have namespaces of their own") {
  write(show_namespaces);
  const Outcome outcome = script("cat /namespaces");
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(std::ranges::count(outcome.out, '\n') == 4);
  for (const char* kind : {"net", "ipc", "uts", "pid"}) {
    CHECK(contains(outcome.out, std::string(kind) + ":["));
    CHECK_FALSE(contains(outcome.out, own_namespace(kind)));
  }
}

TEST_CASE_FIXTURE(Author,
                  "an empty entrypoint takes the image's away, and never leaves the image's command in its place") {
  write("ENTRYPOINT [\"/bin/echo\", \"image\"]\nCMD [\"own\"]\n");
  CHECK(skillrun({"t"}).out == "image own\n");
  write("ENTRYPOINT [\"/bin/echo\", \"image\"]\nCMD [\"own\"]\n", "entrypoint = \"\"");
  const Outcome outcome = skillrun({"t", "--", "/bin/echo", "mine"});
  CAPTURE(outcome.err);
  CHECK(outcome.out == "mine\n");
  const Outcome nothing = skillrun({"t"});
  CHECK(nothing.status >= 125);
  CHECK(nothing.out.empty());
}

TEST_CASE_FIXTURE(Author, "a working directory whose target is a link of the image is not mounted") {
  write(links, "volumes = [\"${SKILL_WORKDIR}:/workdir\"]\ntmpfs = [\"/tmp\"]");
  const Outcome outcome = script("touch /workdir/.envrc");
  CAPTURE(outcome.err);
  CHECK(outcome.status == 126);
  CHECK(contains(outcome.err, "the target '/workdir' is a link of the image, which leads to '/"));
  CHECK(contains(outcome.err, "skills.toml:7"));
  CHECK_FALSE(fs::exists(work() / ".envrc"));
}

TEST_CASE_FIXTURE(Author, "a link of the image that leads through a mounted folder is not followed either") {
  fs::create_directories(folder() / "d");
  fs::create_directory_symlink("/decoy", folder() / "d/l");
  write(links, "volumes = [\"${SKILL_WORKDIR}:/w\", \"./d:/s:ro\"]");
  const Outcome outcome = script("touch /w/.envrc");
  CHECK(outcome.status == 126);
  CHECK(contains(outcome.err, "the target '/w' is a link of the image"));
}

TEST_CASE_FIXTURE(Author, "a target below a link of the image is refused with the place that it leads to") {
  write("RUN mkdir -p /real && ln -s real /alias\n", "volumes = [\"${SKILL_WORKDIR}:/alias/w\"]");
  const Outcome outcome = script("true");
  CHECK(outcome.status == 126);
  CHECK(contains(outcome.err,
                 "the target '/alias/w' passes through '/alias', a link of the image, which leads to "
                 "'/real'"));
  CHECK(contains(outcome.err, "write '/real/w'"));
}

TEST_CASE_FIXTURE(Author, "targets without links, there or not, are mounted with their protected files") {
  write(links, "volumes = [\"${SKILL_WORKDIR}:/real\", \"${SKILL_WORKDIR}:/new/place\"]");
  const Outcome outcome =
      script("touch /real/made; touch /real/.envrc 2>/dev/null || echo kept; touch /new/place/.envrc || echo kept");
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "kept\nkept\n");
  CHECK(fs::exists(work() / "made"));
}

TEST_CASE_FIXTURE(Author, "a link that nothing lies below may be a target") {
  write("RUN ln -s /usr/zone /zone\n", "volumes = [\"./zone:/zone:ro\"]");
  write_file(folder() / "zone", "here\n");
  const Outcome outcome = script("cat /zone");
  CAPTURE(outcome.err);
  CHECK(outcome.out == "here\n");
}

TEST_CASE_FIXTURE(Author, "labels of the image that other programs obey are empty on the container") {
  write("LABEL traefik.enable=true com.docker.compose.project=victim org.opencontainers.image.title=tool\n");
  if (engine_path().is_native()) return;  // nobody reads labels of its containers
  const Outcome outcome = skillrun({"run", "--keep", "t", "--", "true"});
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  const auto made = containers();
  REQUIRE(made.size() == 1);
  const auto label = [&](const std::string& key) {
    return engine_client({"inspect", "--format", "{{index .Config.Labels \"" + key + "\"}}", made.front()}).out;
  };
  CHECK(label("traefik.enable") == "\n");
  CHECK(label("com.docker.compose.project") == "\n");
  CHECK(label("org.opencontainers.image.title") == "tool\n");
  (void)engine_client({"rm", "--force", made.front()});
}

TEST_CASE_FIXTURE(Author, "an image's word for graphics cards is void") {
  write("ENV NVIDIA_VISIBLE_DEVICES=all\n");
  CHECK(script("echo $NVIDIA_VISIBLE_DEVICES").out == "void\n");
}

TEST_CASE_FIXTURE(World, "a skill can make no device nodes") {
  manifest(busybox_skill("volumes = [\"${SKILL_WORKDIR}:/w\"]"));
  const Outcome outcome = script("mknod /w/disk b 254 0; echo $?");
  CHECK(outcome.out == "1\n");
  CHECK_FALSE(fs::exists(work() / "disk"));
}

TEST_CASE_FIXTURE(World, "a folder of another user's is asked for before a skill may write to it") {
  if (::geteuid() != 0) return;
  const fs::path other = folder() / "other";
  fs::create_directory(other);
  REQUIRE(::chown(other.c_str(), 1234, 1234) == 0);
  manifest(busybox_skill("volumes = [\"./other:/o\"]"));
  const Outcome refused = script("touch /o/made");
  CHECK(refused.status == 126);
  CHECK(contains(refused.err, "which belongs to user 1234"));
  const Outcome granted = script("touch /o/made", {"--allow-mount", other.string() + ":rw"});
  CAPTURE(granted.err);
  CHECK(granted.status == 0);
  CHECK(fs::exists(other / "made"));

  manifest(busybox_skill("volumes = [\"./other:/o:ro\"]"));
  CHECK(script("ls /o").out == "made\n");
  fs::permissions(other, fs::perms::owner_all);
  CHECK(contains(script("ls /o").err, "does not let everybody read it"));
}

TEST_SUITE_END();
