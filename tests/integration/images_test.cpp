// Getting the image: from the engine, from a registry, by building it; and every way in which that fails.
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <vector>

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

namespace {

/// A configuration of docker's client in the world's home.
class LoggedIn : public World {
 public:
  LoggedIn() : image_(variable("SKILLRUN_TEST_LOCKED_REGISTRY") + "/busybox:1") {
    fs::create_directories(folder() / "docker");
    manifest(busybox_skill("", image_));
    forget(image_);
  }
  LoggedIn(const LoggedIn&) = delete;
  LoggedIn& operator=(const LoggedIn&) = delete;
  ~LoggedIn() { forget(image_); }

  void configure(const std::string& json) const { std::ofstream(folder() / "docker/config.json") << json; }
  /// What docker-credential-test answers.
  void helper(const std::string& answer) const {
    const fs::path program = folder() / "docker-credential-test";
    std::ofstream(program) << "#!/bin/sh\n[ \"$1\" = get ] || exit 1\nread -r server; echo \"$server\" >>"
                           << (folder() / "asked").string() << "\ncat <<'END'\n"
                           << answer << "\nEND\n";
    fs::permissions(program, fs::perms::owner_all);
  }
  [[nodiscard]] Outcome echo(const std::map<std::string, std::string>& variables = {}) const {
    Command full = command({"t", "--", "echo", "ran"});
    full.environment["DOCKER_CONFIG"] = (folder() / "docker").string();
    full.environment["PATH"] = folder().string() + ":" + variable("PATH");
    for (const auto& [name, value] : variables) full.environment[name] = value;
    return run(full);
  }
  [[nodiscard]] const std::string& image() const { return image_; }
  [[nodiscard]] std::string asked() const {
    std::ifstream file(folder() / "asked");
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string image_;
};

constexpr const char* login = R"({"auth": "c2tpbGxydW46b3BlbiBzZXNhbWU="})";  // skillrun:open sesame
constexpr const char* wrong_login = R"({"auth": "c2tpbGxydW46d3Jvbmc="})";    // skillrun:wrong

/// A configuration with this login to the locked registry, of docker or of podman.
std::string auths(const std::string& entry) {
  return R"({"auths": {")" + variable("SKILLRUN_TEST_LOCKED_REGISTRY") + R"(": )" + entry + "}}";
}

}  // namespace

TEST_CASE_FIXTURE(LoggedIn, "an image behind a login is pulled with docker's own login, and not without") {
  if (engine_path().is_client()) return;  // it reads its configuration itself
  Outcome outcome = echo();
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "login to " + variable("SKILLRUN_TEST_LOCKED_REGISTRY")));
  configure(auths(login));
  outcome = echo();
  CHECK(outcome.out == "ran\n");
  CHECK(outcome.err == "");
}

TEST_CASE_FIXTURE(LoggedIn, "a credential helper is asked for the registry of the image") {
  if (!engine_path().is_api()) return;
  const std::string server = variable("SKILLRUN_TEST_LOCKED_REGISTRY");
  configure(R"({"credHelpers": {")" + server + R"(": "test"}})");
  Outcome outcome = echo();
  CHECK(outcome.status == 125);
  CHECK(contains(outcome.err, "docker-credential-test, which docker's configuration names for " + server));
  helper(R"({"ServerURL": "x", "Username": "skillrun", "Secret": "open sesame"})");
  outcome = echo();
  CHECK(outcome.out == "ran\n");
  CHECK(asked() == server + "\n");
  forget(image());
  configure(R"({"credsStore": "test"})");
  CHECK(echo().out == "ran\n");
}

TEST_CASE_FIXTURE(LoggedIn, "podman's program pulls with the login of podman's own file, wherever that is") {
  if (engine_path().name != "podman-cli") return;
  CHECK(echo().status == 125);
  write_file(folder() / "auth.json", auths(login));
  CHECK(echo({{"REGISTRY_AUTH_FILE", folder() / "auth.json"}}).out == "ran\n");
  forget(image());
  fs::create_directories(folder() / "home/.config/containers");
  write_file(folder() / "home/.config/containers/auth.json", auths(login));
  CHECK(echo({{"DOCKER_CONFIG", ""}}).out == "ran\n");
  // podman takes a folder that DOCKER_CONFIG names for the place of its own logins.
  forget(image());
  CHECK(echo().status == 125);
  configure(auths(login));
  CHECK(echo().out == "ran\n");
}

TEST_CASE_FIXTURE(LoggedIn, "podman's service pulls with its own login where docker's configuration has none") {
  if (engine_path().name != "podman-api") return;
  const fs::path own = variable("SKILLRUN_TEST_PODMAN_AUTH");
  // The service reads its own user's file; what its caller has is nothing to it.
  write_file(folder() / "auth.json", auths(login));
  CHECK(echo({{"REGISTRY_AUTH_FILE", folder() / "auth.json"}}).status == 125);
  write_file(own, auths(login));
  const Outcome pulled = echo();
  forget(image());
  configure(auths(wrong_login));
  const Outcome with_wrong_login = echo();
  write_file(own, "{}");
  CHECK(pulled.out == "ran\n");
  CHECK(pulled.err == "");
  CHECK(with_wrong_login.status == 125);
  CHECK(contains(with_wrong_login.err, "login to " + variable("SKILLRUN_TEST_LOCKED_REGISTRY")));
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

namespace {

/// What the engine has under a name; empty when it has nothing.
std::string id_of(const std::string& image) {
  const Outcome outcome = engine_client({"image", "inspect", "--format", "{{.Id}}", image});
  return outcome.status == 0 ? outcome.out : "";
}

class BuildWorld : public World {
 public:
  BuildWorld() {
    fs::create_directories(folder() / "image");
    dockerfile("ARG WORD=none\nCOPY greeting /greeting\nENV WORD=$WORD\n");
    write_file(folder() / "image/greeting", "hello ");
    build_as("skillrun-test/built:1");
  }
  BuildWorld(const BuildWorld&) = delete;
  BuildWorld& operator=(const BuildWorld&) = delete;
  ~BuildWorld() {
    for (const std::string& image : made_) forget(image);
  }

  void dockerfile(const std::string& lines) const {
    write_file(folder() / "image/Dockerfile", "FROM " + variable("SKILLRUN_TEST_IMAGE") + "\n" + lines);
  }
  void build_as(const std::string& image) const {
    manifest(busybox_skill("[skills.t.docker.build]\ncontext = \"image\"\nargs = {WORD = \"world\"}", image));
  }
  /// A run of the skill; the private name of its image.
  std::string built() {
    const Result result = result_of({"t", "--", "sh", "-c", "cat /greeting; echo $WORD"});
    CHECK_MESSAGE(result.outcome.status == 0, result.outcome.err);
    said_ = result.outcome.out;
    const auto& name = result.document.at("built_image");
    made_.emplace_back(name.is_string() ? std::string(name.as_string()) : "");
    return made_.back();
  }
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  std::string said_;
  std::vector<std::string> made_;
};

}  // namespace

TEST_CASE_FIXTURE(BuildWorld,
                  "an image is built from its folder when anything of its recipe has changed, and only then") {
  const std::string first = built();
  CHECK(said() == "hello world\n");
  CHECK(first.starts_with("skillrun.invalid/built/built:"));
  const std::string id = id_of(first);
  CHECK_FALSE(id.empty());
  CHECK(built() == first);
  CHECK(id_of(first) == id);
  write_file(folder() / "image/greeting", "goodbye ");
  CHECK(built() != first);
  CHECK(said() == "goodbye world\n");
  dockerfile("COPY greeting /greeting\nENV WORD=moon\n");
  CHECK(built() != first);
  CHECK(said() == "goodbye moon\n");
  write_file(folder() / "image/greeting", "hello ");
  dockerfile("ARG WORD=none\nCOPY greeting /greeting\nENV WORD=$WORD\n");
  CHECK(built() == first);
  CHECK(id_of(first) == id);
  CHECK(skillrun({"build", "t"}).out.ends_with(" " + first + "\n"));
}

TEST_CASE_FIXTURE(BuildWorld, "nothing is built under a name that a registry or another manifest has") {
  const std::vector<std::string> aliases{"docker.io/library/skillrun-planted:1", "localhost/skillrun-planted:1",
                                         registry() + "/skillrun-planted:1", "skillrun-planted:1"};
  for (const std::string& alias : aliases) {
    CAPTURE(alias);
    build_as(alias);
    const std::string name = built();
    CHECK(said() == "hello world\n");
    CHECK(id_of(alias).empty());
    // Whoever names the alias, the private name or the image's id does not get what was built.
    std::string id = id_of(name);
    id.erase(id.find_last_not_of('\n') + 1);
    if (!id.starts_with("sha256:")) id.insert(0, "sha256:");
    for (const std::string& image : {alias, name, id}) {
      CAPTURE(image);
      manifest(busybox_skill("pull = \"never\"", image));
      const Outcome outcome = script("cat /greeting");
      CHECK(outcome.status == (image == alias ? 125 : 126));
      CHECK(outcome.out == "");
    }
  }
}

TEST_CASE_FIXTURE(BuildWorld, "a name that is taken is no obstacle to a build, and is left as it is") {
  const std::string image = "skillrun-test/taken:1";
  if (engine_path().is_native()) return;  // names come with images only
  REQUIRE(engine_client({"tag", variable("SKILLRUN_TEST_IMAGE"), image}).status == 0);
  const std::string before = id_of(image);
  build_as(image);
  (void)built();
  CHECK(said() == "hello world\n");
  CHECK(id_of(image) == before);
  forget(image);
}

TEST_CASE_FIXTURE(BuildWorld, "two manifests never share what they build") {
  const std::string first = built();
  fs::create_directories(folder() / "other");
  fs::rename(folder() / "skills.toml", folder() / "other/skills.toml");
  fs::rename(folder() / "image", folder() / "other/image");
  fs::create_symlink("other/skills.toml", folder() / "skills.toml");
  fs::create_symlink("other/image", folder() / "image");
  CHECK(built() != first);
  CHECK(said() == "hello world\n");
}

TEST_CASE_FIXTURE(BuildWorld, "explain and a dry run show the name under which it would run") {
  const std::string name = built();
  CHECK(contains(skillrun({"explain", "t", "--", "true"}).out, name));
  CHECK(contains(skillrun({"t", "--dry-run", "--", "true"}).out, "\"Image\":\"" + name + "\""));
}

TEST_CASE_FIXTURE(BuildWorld, "skills that are started together build one image") {
  std::vector<std::unique_ptr<Process>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(std::make_unique<Process>(command({"t", "--", "sh", "-c", "cat /greeting; echo $WORD"})));
  }
  for (const auto& process : all) {
    const Outcome outcome = process->finish();
    CHECK_MESSAGE(outcome.status == 0, outcome.err);
    CHECK(outcome.out == "hello world\n");
  }
  (void)built();
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
