// The manifests that are installed: each image is built from Debian packages and the skill does its work.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace fs = std::filesystem;

namespace {

/// A world whose manifests are the installed ones.
struct InstalledSkills : World {
  Outcome skill(const std::string& name, const std::vector<std::string>& arguments,
                const std::string& input = {}) const {
    std::vector<std::string> words{"run", name, "--"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    Command full = of_installed(words);
    full.input = input;
    Outcome outcome = integration::run(full);
    CHECK_MESSAGE(outcome.status == 0, name, ": ", outcome.err);
    return outcome;
  }

  std::string skill_explained(const std::string& name) const {
    return integration::run(of_installed({"explain", name, "--", "x"})).out;
  }

  Command of_installed(const std::vector<std::string>& words) const {
    Command full = command(words);
    full.argv[4] = std::string(SKILLRUN_SOURCE_DIR) + "/manifests";
    full.limit = std::chrono::minutes(5);
    return full;
  }
};

}  // namespace

TEST_SUITE_BEGIN("skills");

TEST_CASE_FIXTURE(InstalledSkills, "the images of all skills are built from Debian packages") {
  // A few at a time: a build waits for the archive as long as it computes.
  const std::vector<std::vector<std::string>> groups = {
      {"pandoc", "jq"}, {"ffmpeg", "sqlite"}, {"imagemagick", "python"}, {"graphviz", "shellcheck"}};
  std::vector<std::unique_ptr<Process>> builds;
  for (const std::vector<std::string>& names : groups) {
    std::vector<std::string> words{"build"};
    words.insert(words.end(), names.begin(), names.end());
    Command full = of_installed(words);
    full.limit = std::chrono::minutes(12);
    builds.push_back(std::make_unique<Process>(full));
  }
  for (const auto& build : builds) {
    const Outcome outcome = build->finish();
    CHECK_MESSAGE(outcome.status == 0, outcome.err);
  }
}

TEST_CASE_FIXTURE(InstalledSkills, "skills of one manifest with one recipe share an image") {
  const auto image_of = [&](const char* name) {
    const std::string text = skill_explained(name);
    const std::size_t begin = text.find("skillrun.invalid/built/");
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find_first_of(" \n\"", begin) - begin);
  };
  CHECK(image_of("ffmpeg") == image_of("ffprobe"));
  CHECK(image_of("ffmpeg") != image_of("jq"));
}

TEST_CASE_FIXTURE(InstalledSkills, "jq filters what a pipe brings") {
  CHECK(skill("jq", {"-c", ".a"}, "{\"a\": [1, 2]}").out == "[1,2]\n");
  write_file(work() / "x.json", "{\"a\": {\"b\": true}}");
  CHECK(skill("jq", {".a.b", "x.json"}).out == "true\n");
}

TEST_CASE_FIXTURE(InstalledSkills, "the second run builds nothing and needs no other program") {
  (void)skill("jq", {"-n", "1"});
  Command full = of_installed({"jq", "--", "-n", "6*7"});
  full.environment["PATH"] = "/nowhere";
  CHECK(integration::run(full).out == "42\n");
}

TEST_CASE_FIXTURE(InstalledSkills, "ffmpeg converts into the working directory and ffprobe reads the result") {
  CHECK(skill("ffmpeg", {"-version"}).out.starts_with("ffmpeg version"));
  (void)skill("ffmpeg", {"-loglevel", "error", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x64:rate=5", "out.mp4"});
  struct stat status{};
  REQUIRE(::stat((work() / "out.mp4").c_str(), &status) == 0);
  CHECK(status.st_uid == ::geteuid());
  CHECK(status.st_size > 500);
  const Outcome probe =
      skill("ffprobe", {"-loglevel", "error", "-show_entries", "stream=width,nb_frames", "-of", "csv=p=0", "out.mp4"});
  CHECK(probe.out == "64,5\n");
}

TEST_CASE_FIXTURE(InstalledSkills, "the version goes through a pipe alone") {
  (void)skill("ffmpeg", {"-version"});
  Command full = of_installed({"ffmpeg", "--", "-version"});
  full.argv = shell("\"$@\" | head -n 1", full.argv).argv;
  const Outcome outcome = integration::run(full);
  CHECK(outcome.out.starts_with("ffmpeg version"));
  CHECK(std::ranges::count(outcome.out, '\n') == 1);
}

TEST_CASE_FIXTURE(InstalledSkills, "imagemagick draws and identify looks") {
  (void)skill("imagemagick", {"-size", "8x4", "xc:red", "red.png"});
  CHECK(contains(skill("identify", {"red.png"}).out, "PNG 8x4"));
}

TEST_CASE_FIXTURE(InstalledSkills, "python runs a program from standard input and from a file") {
  CHECK(skill("python", {}, "print(6 * 7)").out == "42\n");
  write_file(work() / "write.py", "open('made.txt', 'w').write('by python')");
  (void)skill("python", {"write.py"});
  CHECK(read_file(work() / "made.txt") == "by python");
}

TEST_CASE_FIXTURE(InstalledSkills, "sqlite keeps a database in the working directory") {
  (void)skill("sqlite", {"shop.db", "create table t(x); insert into t values (1), (41);"});
  CHECK(skill("sqlite", {"shop.db", "select sum(x) from t"}).out == "42\n");
}

TEST_CASE_FIXTURE(InstalledSkills, "pandoc converts Markdown") {
  CHECK(contains(skill("pandoc", {"-f", "markdown", "-t", "html"}, "*hello*").out, "<em>hello</em>"));
}

TEST_CASE_FIXTURE(InstalledSkills, "graphviz draws a graph with its labels") {
  CHECK(contains(skill("graphviz", {"-Tsvg"}, "digraph { first -> second }").out, ">first</text>"));
  CHECK(skill("graphviz", {"-Tpng"}, "digraph { a -> b }").out.substr(1, 3) == "PNG");
}

TEST_CASE_FIXTURE(InstalledSkills, "shellcheck, whose manifest is YAML, finds a mistake") {
  Command full = of_installed({"shellcheck", "--", "-"});
  full.input = "#!/bin/sh\nrm $1\n";
  const Outcome outcome = integration::run(full);
  CHECK(outcome.status == 1);
  CHECK(contains(outcome.out, "SC2086"));
}

TEST_CASE_FIXTURE(InstalledSkills, "every skill is admitted without an error by the default policy") {
  const Outcome listed = integration::run(of_installed({"list"}));
  CHECK(listed.status == 0);
  for (const char* name :
       {"ffmpeg", "ffprobe", "imagemagick", "identify", "python", "jq", "sqlite", "pandoc", "graphviz", "shellcheck"}) {
    CHECK(contains(listed.out, name));
    const Outcome explained = integration::run(of_installed({"explain", name}));
    CHECK_MESSAGE(explained.status == 0, name, ": ", explained.out, explained.err);
  }
}

TEST_CASE_FIXTURE(InstalledSkills, "the examples are manifests that load") {
  for (const char* name : {"psql", "redis-cli", "node"}) {
    Command full = of_installed({"show", name});
    full.argv[4] = std::string(SKILLRUN_SOURCE_DIR) + "/manifests/examples";
    const Outcome outcome = integration::run(full);
    CHECK_MESSAGE(outcome.status == 0, name, ": ", outcome.err);
  }
}

TEST_CASE_FIXTURE(World, "an interrupt while the image is built gives 130 and leaves no process") {
  manifest(busybox_skill("[skills.t.docker.build.packages]\nsuite = \"bookworm\"\ninclude = [\"hello\"]",
                         "skillrun-test/interrupted:1"));
  const std::string name = skillrun({"explain", "t", "--", "hello"}).out;
  Process process(command({"t", "--", "hello"}));
  // The build takes seconds; it has begun and not ended after this.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  process.signal(SIGINT);
  const Outcome outcome = process.finish();
  CHECK(outcome.status == 130);
  CHECK(outcome.took < std::chrono::seconds(30));
  CHECK(integration::run({.argv = {"pgrep", "-f", "mmdebstrap.*hello"}}).out == "");
  CHECK(contains(name, "skillrun.invalid/built/interrupted:"));
  CHECK(engine_client({"image", "ls", "--quiet", "skillrun.invalid/built/interrupted"}).out == "");
}

TEST_SUITE_END();
