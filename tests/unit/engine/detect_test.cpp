#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "engine/choice/detection_places.hpp"
#include "engine/docker/docker_context.hpp"
#include "unit/engine/api_fake_engine.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

DetectionContext user_context(const std::string& selection = "auto") {
  DetectionContext context;
  context.selection = selection;
  context.docker_config = "/nonexistent/.docker";
  context.runtime_dir = "/run/user/1000";
  context.home = "/home/me";
  context.path = "/nonexistent/bin";
  context.uid = 1000;
  return context;
}

std::vector<std::string> targets(const std::vector<EnginePlace>& places) {
  std::vector<std::string> out;
  for (const EnginePlace& place : places)
    out.push_back(place.kind == EnginePlace::Kind::problem ? place.outcome : place.target);
  return out;
}

using Targets = std::vector<std::string>;

Probe only_probe(const DetectionContext& context, CallLimits limits = {}) {
  Detection detection = detect_engine(context, false, limits);
  REQUIRE(detection.probes.size() == 1);
  return detection.probes[0];
}

/// A configuration folder of docker's with one context.
class DockerConfig {
 public:
  DockerConfig(const std::string& current, const std::string& name, const std::string& host) {
    std::string pattern = (fs::temp_directory_path() / "skillrun-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    std::ofstream(path_ / "config.json") << fmt::format("{{\"currentContext\":\"{}\"}}", current);
    fs::create_directories(path_ / "contexts/meta/0a1b");
    std::ofstream(path_ / "contexts/meta/0a1b/meta.json")
        << fmt::format("{{\"Name\":\"{}\",\"Endpoints\":{{\"docker\":{{\"Host\":\"{}\"}}}}}}", name, host);
  }
  DockerConfig(const DockerConfig&) = delete;
  DockerConfig& operator=(const DockerConfig&) = delete;
  ~DockerConfig() { fs::remove_all(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("auto tries docker's sockets, podman's, then the programs, then skillrun's own engine") {
  const EnginePlaces places = places_to_try(user_context());
  CHECK(targets(places.candidates) ==
        Targets{"/var/run/docker.sock", "/run/user/1000/docker.sock", "/home/me/.docker/run/docker.sock",
                "/home/me/.docker/desktop/docker.sock", "/home/me/.colima/default/docker.sock",
                "/run/podman/podman.sock", "/run/user/1000/podman/podman.sock", "docker", "podman", ""});
  CHECK(places.candidates.back().kind == EnginePlace::Kind::native);
  CHECK(places.others.empty());
}

TEST_CASE("docker and podman each look only in their own places") {
  CHECK(targets(places_to_try(user_context("docker")).candidates) ==
        Targets{"/var/run/docker.sock", "/run/user/1000/docker.sock", "/home/me/.docker/run/docker.sock",
                "/home/me/.docker/desktop/docker.sock", "/home/me/.colima/default/docker.sock", "docker"});
  DetectionContext podman = user_context("podman");
  podman.docker_host = "unix:///elsewhere.sock";
  CHECK(targets(places_to_try(podman).candidates) ==
        Targets{"/run/podman/podman.sock", "/run/user/1000/podman/podman.sock", "podman"});
}

TEST_CASE("the native engine is named with or without its runtime, and is then the only candidate") {
  for (const auto& [selection, runtime] :
       {std::pair{"native", ""}, {"native:runc", "runc"}, {"native:/opt/bin/crun", "/opt/bin/crun"}}) {
    CAPTURE(selection);
    DetectionContext context = user_context(selection);
    context.docker_host = "unix:///elsewhere.sock";
    const EnginePlaces places = places_to_try(context);
    CHECK(targets(places.candidates) == Targets{runtime});
    CHECK(places.candidates.front().kind == EnginePlace::Kind::native);
    CHECK(places.others.empty());
  }
  CHECK(places_to_try(user_context("native:")).candidates.front().kind == EnginePlace::Kind::problem);
}

TEST_CASE("without a home or a runtime folder their places are not invented") {
  DetectionContext context = user_context();
  context.home.clear();
  context.runtime_dir.clear();
  CHECK(targets(places_to_try(context).candidates) ==
        Targets{"/var/run/docker.sock", "/run/podman/podman.sock", "docker", "podman", ""});
}

TEST_CASE("DOCKER_HOST is the only candidate, and an empty one is none") {
  DetectionContext context = user_context();
  context.docker_context = "other";
  context.docker_host = "unix:///mine.sock";
  EnginePlaces places = places_to_try(context);
  CHECK(targets(places.candidates) == Targets{"/mine.sock"});
  CHECK(places.candidates[0].label == "unix:///mine.sock (Docker Engine API, from DOCKER_HOST)");
  CHECK(places.others.size() == 10);
  for (const char* address : {"tcp://192.0.2.1:2375", "ssh://me@host"}) {
    context.docker_host = address;
    places = places_to_try(context);
    CHECK(places.candidates.size() == 1);
    CHECK(places.candidates[0].kind == EnginePlace::Kind::api);
    CHECK(places.candidates[0].endpoint.address() == address);
    CHECK(places.candidates[0].label.find(address) != std::string::npos);
    CHECK_FALSE(places.candidates[0].endpoint.tls);
  }
  context.docker_host = "tcp://192.0.2.1";
  CHECK(places_to_try(context).candidates[0].label ==
        "tcp://192.0.2.1:2375 (Docker Engine API, not encrypted, from DOCKER_HOST)");
  context.docker_tls = true;
  context.docker_certificates = "/certs";
  places = places_to_try(context);
  CHECK(places.candidates[0].label == "tcp://192.0.2.1:2376 (Docker Engine API, from DOCKER_HOST)");
  CHECK(places.candidates[0].endpoint.tls->folder == "/certs");
  context.docker_host = "what is this";
  CHECK(targets(places_to_try(context).candidates) ==
        Targets{"not an address of a docker engine: it does not begin with unix://, tcp:// or ssh://"});
  context.docker_host = "";
  context.docker_context = "";
  CHECK(places_to_try(context).candidates.size() == 10);
}

TEST_CASE("a docker context is followed, by its name and by the configuration") {
  const DockerConfig config("colima", "colima", "unix:///colima.sock");
  DetectionContext context = user_context();
  context.docker_config = config.path();
  EnginePlaces places = places_to_try(context);
  CHECK(targets(places.candidates) == Targets{"/colima.sock"});
  CHECK(places.candidates[0].label.find("docker context 'colima'") != std::string::npos);
  context.docker_context = "default";
  CHECK(places_to_try(context).candidates.size() == 10);
  context.docker_context = "other";
  places = places_to_try(context);
  REQUIRE(places.candidates.size() == 1);
  CHECK(places.candidates[0].kind == EnginePlace::Kind::problem);
  CHECK(places.candidates[0].outcome.starts_with("docker context 'other' is not defined in "));
  const DockerConfig remote("far", "far", "ssh://me@host");
  context.docker_context.reset();
  context.docker_config = remote.path();
  CHECK(places_to_try(context).candidates.at(0).endpoint.address() == "ssh://me@host");
  const DockerConfig encrypted("tls", "tls", "tcp://192.0.2.1:2376");
  context.docker_config = encrypted.path();
  CHECK_FALSE(places_to_try(context).candidates.at(0).endpoint.tls);
  fs::create_directories(encrypted.path() + "/contexts/tls/0a1b/docker");
  CHECK(places_to_try(context).candidates.at(0).endpoint.tls->folder == encrypted.path() + "/contexts/tls/0a1b/docker");
  std::ofstream(encrypted.path() + "/contexts/meta/0a1b/meta.json")
      << R"({"Name":"tls","Endpoints":{"docker":{"Host":"tcp://192.0.2.1:2376","SkipTLSVerify":true}}})";
  CHECK(places_to_try(context).candidates.at(0).outcome ==
        "docker context 'tls' does not verify who answers (SkipTLSVerify)");
}

TEST_CASE("a broken docker configuration is told, not ignored") {
  const DockerConfig config("x\"", "x", "y");
  CHECK(current_docker_context(config.path()).error().ends_with("config.json: not a JSON object"));
  DetectionContext context = user_context();
  context.docker_config = config.path();
  CHECK(places_to_try(context).candidates.at(0).kind == EnginePlace::Kind::problem);
  CHECK_FALSE(*current_docker_context("/nonexistent"));
}

TEST_CASE("what this version does not reach says what does") {
  for (const char* selection : {"nerdctl"}) {
    const Probe probe = only_probe(user_context(selection));
    CHECK_FALSE(probe.usable);
    CHECK(probe.outcome == "not supported by this version");
    CHECK(probe.advice.find("--engine docker") != std::string::npos);
  }
  for (const char* selection : {"dokcer", "cli:", ""}) {
    CHECK(only_probe(user_context(selection)).outcome == "no such engine");
  }
}

TEST_CASE("an engine on a named socket is found and described") {
  FakeEngine fake(after_ping([](FakeEngine::Connection& connection, const std::string&) { connection.answer(500); }));
  Detection detection = detect_engine(user_context("unix://" + fake.path()));
  REQUIRE(detection.engine);
  CHECK(detection.engine->info().socket == fake.path());
  REQUIRE(detection.probes.size() == 1);
  CHECK(detection.probes[0].usable);
  CHECK(detection.probes[0].outcome == "docker 20.10.24, API 1.41");
}

TEST_CASE("an engine that does not fit is passed over for one that does, and taken where none does") {
  const auto script =
      after_ping([](FakeEngine::Connection& connection, const std::string&) { connection.answer(500); });
  FakeEngine first(script);
  FakeEngine second(script);
  const skillrun::test::TemporaryFolder folder;
  fs::create_directory(folder.path() + "/podman");
  fs::create_symlink(first.path(), folder.path() + "/docker.sock");
  fs::create_symlink(second.path(), folder.path() + "/podman/podman.sock");
  DetectionContext context = user_context();
  context.runtime_dir = folder.path();
  const std::string fitting = folder.path() + "/podman/podman.sock";

  Detection detection = detect_engine(context, false, {}, [&](const Engine& engine) {
    return engine.info().socket == fitting ? "" : "cannot honour x";
  });
  REQUIRE(detection.engine);
  CHECK(detection.engine->info().socket == fitting);
  for (const Probe& probe : detection.probes) {
    CHECK(probe.misfit == (probe.usable && probe.place.find(fitting) == std::string::npos ? "cannot honour x" : ""));
  }

  detection = detect_engine(context, false, {}, [](const Engine&) { return "cannot honour x"; });
  REQUIRE(detection.engine);
  CHECK(detection.engine->info().socket != fitting);
  CHECK(std::ranges::all_of(detection.probes, [](const Probe& probe) { return probe.misfit.empty(); }));
}

TEST_CASE("what a skill asks for does not move it from a rootless engine to one that is not") {
  const auto nothing = [](FakeEngine::Connection& connection, const std::string&) { connection.answer(500); };
  FakeEngine rootless([](FakeEngine::Connection& connection) {
    while (true) {
      const std::string request = connection.request();
      if (request.empty()) return;
      connection.answer(200, request.starts_with("GET /v1.41/info ") ? R"({"SecurityOptions":["name=rootless"]})"
                                                                     : R"({"Version":"20.10.24"})");
    }
  });
  FakeEngine rootful(after_ping(nothing));
  const skillrun::test::TemporaryFolder folder;
  fs::create_directory(folder.path() + "/podman");
  fs::create_symlink(rootless.path(), folder.path() + "/docker.sock");
  fs::create_symlink(rootful.path(), folder.path() + "/podman/podman.sock");
  // An engine is asked whether it is rootless when its socket is a user's.
  if (::getuid() == 0) REQUIRE(::chown(rootless.path().c_str(), 1000, 1000) == 0);
  DetectionContext context = user_context();
  context.runtime_dir = folder.path();
  const auto misfit = [&](const Engine& engine) {
    return engine.info().socket == folder.path() + "/podman/podman.sock" ? "" : "cannot honour x";
  };
  const Detection detection = detect_engine(context, false, {}, misfit);
  REQUIRE(detection.engine);
  CHECK(detection.engine->info().socket == folder.path() + "/docker.sock");
  CHECK(detection.engine->info().rootless);
}

TEST_CASE("a survey asks for what a run does not need") {
  FakeEngine fake(after_ping([](FakeEngine::Connection& connection, const std::string&) { connection.answer(500); }));
  Detection detection = detect_engine(user_context("unix://" + fake.path()), true);
  REQUIRE(detection.engine);
  CHECK(detection.engine->info().architecture == "amd64");
  CHECK(std::ranges::count_if(detection.probes, &Probe::chosen) == 1);
  CHECK(detection.probes.front().chosen);
}

TEST_CASE("an engine elsewhere is not to be started here") {
  const Probe silent = only_probe(user_context("tcp://127.0.0.1:1"));
  CHECK(silent.outcome == "nothing listens on it");
  CHECK(silent.advice == "choose another with --engine");
}

TEST_CASE("a socket that gives no engine says exactly why") {
  const Probe missing = only_probe(user_context("unix:///nonexistent/x.sock"));
  CHECK(missing.outcome == "no such socket");
  CHECK(missing.place == "unix:///nonexistent/x.sock (Docker Engine API, from --engine)");

  FakeEngine garbage([](FakeEngine::Connection& connection) {
    connection.request();
    connection.send("220 mail.example.org\r\n");
  });
  const Probe wrong = only_probe(user_context("unix://" + garbage.path()));
  CHECK(wrong.outcome.starts_with("not a docker engine: "));
  CHECK(wrong.outcome.find("220 mail.example.org") != std::string::npos);

  FakeEngine silent([](FakeEngine::Connection& connection) { connection.read(1'000'000); });
  const Probe slow = only_probe(user_context("unix://" + silent.path()), {100ms});
  CHECK(slow.outcome == "no answer within 100 ms");
  CHECK_FALSE(slow.advice.empty());
}

TEST_CASE("a socket that nobody listens on, or that is not for us, has advice") {
  FakeEngine fake([](FakeEngine::Connection&) {});
  const std::string dead = fake.folder() + "/dead.sock";
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, dead.c_str(), sizeof address.sun_path - 1);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(listener);
  const Probe probe = only_probe(user_context("unix://" + dead));
  CHECK(probe.outcome == "nothing listens on it: the daemon is not running");
  CHECK(probe.advice.find("systemctl start docker") != std::string::npos);
}

TEST_CASE("an engine that the user chose and that does not answer is not replaced by another") {
  DetectionContext context = user_context();
  context.docker_host = "unix:///nonexistent/mine.sock";
  Detection detection = detect_engine(context);
  CHECK_FALSE(detection.engine);
  REQUIRE(detection.probes.size() == 1);
  CHECK(detection.probes[0].outcome == "no such socket");
  CHECK(detection.probes[0].advice == "correct DOCKER_HOST, unset it, or choose with --engine");
  detection = detect_engine(context, true);
  CHECK_FALSE(detection.engine);
  CHECK(detection.probes.size() == 11);
  CHECK(std::ranges::none_of(detection.probes, &Probe::chosen));
}

TEST_CASE("a program that is not installed is told as that") {
  const Probe probe = only_probe(user_context("cli:podman"));
  CHECK(probe.outcome == "not installed");
  CHECK(probe.advice.find("install podman") != std::string::npos);
  CHECK(only_probe(user_context("cli:/nonexistent/docker")).outcome == "not installed");
}

TEST_CASE("the context of the caller is read from the environment, where empty means unset") {
  const auto with = [](const char* name, const char* value) { ::setenv(name, value, 1); };
  with("DOCKER_HOST", "unix:///mine.sock");
  with("DOCKER_CONTEXT", "");
  with("DOCKER_CONFIG", "/config");
  with("XDG_RUNTIME_DIR", "/runtime");
  const DetectionContext context = DetectionContext::current();
  for (const char* name : {"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "XDG_RUNTIME_DIR"}) ::unsetenv(name);
  CHECK(context.selection == "auto");
  CHECK(context.docker_host == "unix:///mine.sock");
  CHECK_FALSE(context.docker_context);
  CHECK(context.docker_config == "/config");
  CHECK(context.runtime_dir == "/runtime");
  CHECK(context.uid == ::getuid());
  CHECK_FALSE(context.home.empty());
  CHECK(DetectionContext::current().docker_config == context.home + "/.docker");
}

TEST_CASE("detection leaves no descriptor open") {
  FakeEngine fake(after_ping([](FakeEngine::Connection& connection, const std::string&) { connection.answer(500); }));
  const std::size_t before = open_descriptors();
  CHECK(detect_engine(user_context("unix:///nonexistent/x.sock"), true).probes.size() == 1);
  CHECK(open_descriptors() == before);
}

TEST_CASE("a cancelled detection stops") {
  Cancellation cancellation;
  cancellation.cancel();
  CHECK(cancellation.cancelled());
  CHECK(detect_engine(user_context(), false, {3s, &cancellation}).probes.empty());
}
