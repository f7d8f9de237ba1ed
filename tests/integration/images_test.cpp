// Getting the image: from the engine, from a registry, by building it; and every way in which that fails.
#include <filesystem>
#include <fstream>
#include <map>

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
  if (!engine_path().is_api()) return;  // a client reads its configuration itself
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
