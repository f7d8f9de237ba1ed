#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "run/package_archive.hpp"
#include "run/retry.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using Calls = std::vector<std::string>;

EngineResult<ImageInfo> ensure(FakeEngine& engine, const ContainerSpec& spec) {
  auto image = ensure_image(engine, approve(spec), {}, {});
  if (!image) return std::unexpected(image.error());
  return image->info;
}

ContainerSpec pulling(PullPolicy policy) {
  ContainerSpec spec = plain_spec();
  spec.pull.emplace();
  spec.pull->value = policy;
  return spec;
}

ContainerSpec of_packages(std::vector<std::string> packages) {
  ContainerSpec spec = plain_spec();
  spec.build.emplace();
  spec.build->value.packages = PackageRecipe{"bookworm", std::move(packages)};
  return spec;
}

ImageInfo image_for(std::string architecture) {
  ImageInfo image;
  image.id = "sha256:2";
  image.os = "linux";
  image.architecture = std::move(architecture);
  return image;
}

/// Runs `script` as mmdebstrap and collects what comes until the end or an error.
EngineResult<std::string> archive_of(const std::string& script, ProgressSink progress = {}, CallLimits limits = {}) {
  const TemporaryFolder folder;
  const std::string program = folder.write("mmdebstrap", "#!/bin/sh\n" + script, true);
  auto archive = PackageArchive::open(program, {"bookworm", {"jq"}}, std::move(progress), limits);
  if (!archive) return std::unexpected(archive.error());
  std::string text;
  while (true) {
    auto piece = archive->next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return text;
    text += *piece;
  }
}

}  // namespace

TEST_CASE("an image that is there is not pulled") {
  FakeEngine engine;
  CHECK(ensure(engine, plain_spec())->id == "sha256:1");
  CHECK(engine.calls() == Calls{"inspect_image example.org/tool:1"});
}

TEST_CASE("a missing image is pulled and looked at again") {
  FakeEngine engine;
  engine.image.reset();
  engine.pulled = image_for("amd64");
  CHECK(ensure(engine, plain_spec())->id == "sha256:2");
  CHECK(engine.calls() ==
        Calls{"inspect_image example.org/tool:1", "pull example.org/tool:1", "inspect_image example.org/tool:1"});
}

TEST_CASE("pull always pulls, pull never does not and says what to do") {
  FakeEngine engine;
  engine.pulled = image_for("amd64");
  CHECK(ensure(engine, pulling(PullPolicy::always))->id == "sha256:2");
  CHECK(engine.calls().front() == "pull example.org/tool:1");
  engine.image.reset();
  const auto missing = ensure(engine, pulling(PullPolicy::never));
  REQUIRE(!missing);
  CHECK(missing.error().kind == EngineError::Kind::not_found);
  CHECK(missing.error().message.find("pull is never") != std::string::npos);
}

TEST_CASE("a pull that fails keeps its kind and names image and registry") {
  FakeEngine engine;
  engine.image.reset();
  engine.failures["pull"] = {EngineError::Kind::refused, "unauthorized"};
  const auto image = ensure(engine, plain_spec());
  REQUIRE(!image);
  CHECK(image.error().kind == EngineError::Kind::refused);
  CHECK(image.error().message.find("example.org/tool:1") != std::string::npos);
  CHECK(image.error().message.find("unauthorized") != std::string::npos);
}

TEST_CASE("a pull that a registry's bad moment broke is tried again") {
  FakeEngine engine;
  engine.image.reset();
  engine.pulled = image_for("amd64");
  engine.failures["pull"] = {EngineError::Kind::server, "received unexpected HTTP status: 503 Service Unavailable"};
  engine.on_call = [&](const std::string& call) {
    if (call.starts_with("pull") && engine.calls().size() > 2) engine.failures.clear();
  };
  std::vector<std::string> lines;
  const auto image =
      ensure_image(engine, approve(plain_spec()), [&](const ProgressEvent& event) { lines.push_back(event.text); }, {});
  REQUIRE(image);
  CHECK(image->info.id == "sha256:2");
  CHECK(std::ranges::count(engine.calls(), "pull example.org/tool:1") == 2);
  CHECK(std::ranges::any_of(lines, [](const std::string& line) { return line.contains("trying again"); }));
}

TEST_CASE("a cancelled run does not wait for the next attempt of a pull") {
  FakeEngine engine;
  engine.image.reset();
  Cancellation cancellation;
  engine.failures["pull"] = {EngineError::Kind::server, "net/http: TLS handshake timeout"};
  engine.on_call = [&](const std::string& call) {
    if (call.starts_with("pull")) cancellation.cancel();
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto image = ensure_image(engine, approve(plain_spec()), {}, {.cancellation = &cancellation});
  REQUIRE(!image);
  CHECK(image.error().kind == EngineError::Kind::cancelled);
  CHECK(std::chrono::steady_clock::now() - begin < retry_pauses[0]);
}

TEST_CASE(
    "a pull that is interrupted is no fault of the image's name, the network or a login, and neither is a build") {
  FakeEngine engine;
  engine.image.reset();
  for (const char* call : {"pull", "build"}) engine.failures[call] = {EngineError::Kind::cancelled, "cancelled"};
  const auto pulled = ensure(engine, plain_spec());
  REQUIRE(!pulled);
  CHECK(pulled.error().kind == EngineError::Kind::cancelled);
  CHECK(pulled.error().message == "cancelled");
  const TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\n"));
  ContainerSpec spec = plain_spec();
  spec.build =
      Setting<BuildRecipe>{{.packages = {}, .context = ContextRecipe{folder.path(), "Dockerfile", "", {}}}, {}};
  const auto built = ensure(engine, spec);
  REQUIRE(!built);
  CHECK(built.error().message == "cancelled");
}

TEST_CASE("all attempts of a pull share one deadline, and who meets it is told which option it is") {
  using namespace std::chrono_literals;
  FakeEngine engine;
  engine.image.reset();
  engine.failures["pull"] = {EngineError::Kind::server, "net/http: TLS handshake timeout"};
  const auto begin = std::chrono::steady_clock::now();
  const auto image = ensure_image(engine, approve(plain_spec()), {}, {.deadline = 100ms});
  REQUIRE(!image);
  CHECK(image.error().kind == EngineError::Kind::deadline);
  CHECK(image.error().message.contains("after 0.1 s"));
  CHECK(image.error().message.contains("--pull-timeout"));
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  CHECK(std::ranges::count(engine.calls(), "pull example.org/tool:1") == 1);
}

TEST_CASE("an image of another platform is replaced, and refused when the registry has no other") {
  ContainerSpec spec = plain_spec();
  spec.platform.emplace();
  spec.platform->value = "linux/arm64/v8";
  FakeEngine engine;
  engine.pulled = image_for("arm64");
  CHECK(ensure(engine, spec)->architecture == "arm64");
  CHECK(engine.was_called("pull example.org/tool:1 for linux/arm64/v8"));
  engine.image = engine.pulled = image_for("amd64");
  const auto wrong = ensure(engine, spec);
  REQUIRE(!wrong);
  CHECK(wrong.error().message.find("linux/amd64") != std::string::npos);
}

TEST_CASE("a build that fails shows the end of what was printed") {
  const TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\n"));
  ContainerSpec spec = plain_spec();
  spec.build =
      Setting<BuildRecipe>{{.packages = {}, .context = ContextRecipe{folder.path(), "Dockerfile", "", {}}}, {}};
  FakeEngine engine;
  for (int i = 1; i <= 20; ++i) engine.build_output.push_back(fmt::format("line {}", i));
  engine.build_output.emplace_back("make: no rule");
  engine.failures["build"] = {EngineError::Kind::server, "make: no rule"};
  const auto image = ensure(engine, spec);
  REQUIRE(!image);
  CHECK(image.error().message.starts_with("image example.org/tool:1 cannot be built: make: no rule\n  | line 10\n"));
  CHECK(image.error().message.ends_with("\n  | line 20"));
}

TEST_CASE("only an image with a recipe can be built again") {
  FakeEngine engine;
  const auto image = rebuild_image(engine, approve(plain_spec()), {}, {});
  REQUIRE(!image);
  CHECK(image.error().kind == EngineError::Kind::unsupported);
}

TEST_CASE("for another architecture packages go through a Dockerfile of the suite's base image") {
  FakeEngine engine;
  engine.image.reset();
  engine.info_.architecture = "s390x";
  std::string sent;
  engine.on_build = [&](const BuildRequest& request, const std::string& archive) {
    CHECK(request.dockerfile == "Dockerfile");
    sent = archive;
  };
  REQUIRE(ensure(engine, of_packages({"jq", "sed"})));
  CHECK(sent.contains("FROM debian:bookworm-slim\n"));
  CHECK(sent.contains(" jq sed "));
}

TEST_CASE("no name of a manifest becomes an option or a path of mmdebstrap or a line of a Dockerfile") {
  for (const std::string bad :
       {"--hook", "-x", "", "./x.deb", "/etc/x", "a b", "a\nRUN x", "a,b", "$(x)", "?essential", "libc6:amd64"}) {
    CAPTURE(bad);
    CHECK(!mmdebstrap_words({"bookworm", {bad}}));
    CHECK(!package_dockerfile({"bookworm", {bad}}));
    CHECK(!mmdebstrap_words({bad, {}}));
    CHECK(!package_dockerfile({bad, {}}));
  }
  CHECK(!mmdebstrap_words({"bookworm", {"libc6-"}}));  // to apt: take it away
  CHECK(!package_dockerfile({"bookworm", {"libc6-"}}));
  const auto words = mmdebstrap_words({"bookworm", {"g++", "libc6"}});
  REQUIRE(words);
  CHECK(std::ranges::count(*words, "--include=g++,libc6") == 1);
  CHECK(std::vector<std::string>(words->end() - 3, words->end()) == Calls{"--", "bookworm", "-"});
}

TEST_CASE("the archive is what mmdebstrap writes, and its lines are progress") {
  Calls lines;
  const auto archive = archive_of("echo one >&2; printf 'a\\0b'; echo two >&2",
                                  [&](const ProgressEvent& event) { lines.push_back(event.text); });
  REQUIRE(archive);
  CHECK(*archive == std::string("a\0b", 3));
  CHECK(lines == Calls{"one", "two"});
}

TEST_CASE("a mmdebstrap that fails after it has written gives an error in place of the end") {
  const auto archive = archive_of("echo half; echo 'I: fine' >&2; echo 'E: no such package' >&2; exit 25");
  REQUIRE(!archive);
  CHECK(archive.error().message.find("no such package") != std::string::npos);
  CHECK(archive.error().message.find("fine") == std::string::npos);
  CHECK(archive.error().message.find("25") != std::string::npos);
}

TEST_CASE("a cancellation ends mmdebstrap and lets it clean up") {
  const TemporaryFolder folder;
  Cancellation cancellation;
  const auto begin = std::chrono::steady_clock::now();
  const std::string script =
      "trap 'touch " + folder.path() + "/cleaned; exit 1' TERM\necho started >&2\nwhile :; do sleep 0.05; done";
  const auto archive = archive_of(script, [&](const ProgressEvent&) { cancellation.cancel(); },
                                  {std::chrono::seconds{30}, &cancellation});
  REQUIRE(!archive);
  CHECK(archive.error().kind == EngineError::Kind::cancelled);
  CHECK(std::filesystem::exists(folder.path() + "/cleaned"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
}

TEST_CASE("half an archive never becomes an image") {
  const TemporaryFolder folder;
  static_cast<void>(folder.write("mmdebstrap", "#!/bin/sh\necho half\nexit 1\n", true));
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", (folder.path() + ":" + path).c_str(), 1);
  FakeEngine engine;
  engine.image.reset();
  const auto image = ensure(engine, of_packages({"jq"}));
  ::setenv("PATH", path.c_str(), 1);
  CHECK(!image);
  CHECK(engine.imported == "half\n");
  CHECK(engine.built.empty());
}

}  // namespace skillrun::test
