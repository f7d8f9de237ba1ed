#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <skillrun/host_view.hpp>
#include <skillrun/parsing.hpp>

#include "engine/context_snapshot.hpp"
#include "engine/docker/cli/cli_engine.hpp"
#include "engine/docker/cli/inspect_json.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view docker_version =
    R"({"Client":{"Version":"28.2.2","ApiVersion":"1.41","Context":"default"},"Server":{"Version":"20.10.24","ApiVersion":"1.41","Os":"linux","Arch":"amd64"}})";
constexpr std::string_view podman_version =
    R"({"Client":{"APIVersion":"4.3.1","Version":"4.3.1","OsArch":"linux/amd64","Os":"linux"}})";
constexpr std::string_view podman_info =
    R"({"host":{"arch":"amd64","os":"linux","remoteSocket":{"path":"unix:///run/user/1/podman.sock"},"security":{"rootless":true},"serviceIsRemote":false}})";
const std::string id(64, 'a');

/// A client that is a script: it notes its words and answers by its first one.
class FakeClient {
 public:
  explicit FakeClient(const std::string& cases, std::string_view version = docker_version) {
    static_cast<void>(folder_.write("version", std::string(version)));
    static_cast<void>(folder_.write("info", version == podman_version ? std::string(podman_info) : "[]"));
    program_ =
        folder_.write("client",
                      "#!/bin/sh\nd=$(dirname \"$0\")\necho \"$*\" >>$d/calls\ncase $1 in\nversion) cat $d/version;;\n"
                      "info) cat $d/info;;\n" +
                          cases + "\nesac\n",
                      true);
  }

  std::unique_ptr<Engine> open() {
    auto engine = make_cli_engine(program_, {});
    REQUIRE_MESSAGE(engine, engine.error().message);
    return std::move(*engine);
  }
  [[nodiscard]] const std::string& program() const { return program_; }
  [[nodiscard]] std::string calls() const { return read("calls"); }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(folder_.path() + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, const std::string& text) const { static_cast<void>(folder_.write(name, text)); }

 private:
  test::TemporaryFolder folder_;
  std::string program_;
};

std::string inspected(const std::string& status, int code = 0) {
  return "inspect) echo '[{\"Id\":\"" + id + "\",\"Image\":\"beef\",\"State\":{\"Status\":\"" + status +
         "\",\"ExitCode\":" + std::to_string(code) + ",\"OOMKilled\":false,\"Error\":\"\"}}]';;\n";
}

ApprovedSpec approved_spec(const std::string& variable = "A", const std::string& value = "1") {
  ContainerSpec spec;
  spec.skill = "tool";
  spec.image.value = *parse_image_reference("example.org/tool:1");
  spec.env.emplace_back();
  spec.env.back().value = {variable, value, false};
  auto approved = admit(*Policy::builtin("privileged"), std::move(spec), LexicalHost());
  REQUIRE(approved);
  return std::move(*approved);
}

std::string read_all(int fd) {
  std::string text;
  char byte = 0;
  for (int i = 0; i < 4000; ++i) {
    const ssize_t count = ::read(fd, &byte, 1);
    if (count == 1) text += byte;
    if (count == 0) break;
    if (count < 0) ::usleep(1000);
  }
  return text;
}

}  // namespace

TEST_CASE("docker and podman are told apart by what they say, not by their name") {
  FakeClient docker("");
  CHECK(docker.open()->info().kind == "docker");
  CHECK(docker.open()->info().version == "20.10.24");
  CHECK(docker.open()->info().transport == "cli");
  CHECK(docker.open()->info().api_version.empty());
  FakeClient podman("", podman_version);
  const auto engine = podman.open();
  CHECK(engine->info().kind == "podman");
  CHECK(engine->info().rootless);
  CHECK(engine->info().architecture == "amd64");
  CHECK(engine->info().socket == "/run/user/1/podman.sock");
}

TEST_CASE("not installed, no permission and not running are three different answers") {
  const auto missing = make_cli_engine("skillrun-no-such-client", {});
  REQUIRE(!missing);
  CHECK(missing.error().kind == EngineError::Kind::unavailable);
  CHECK(missing.error().message.find("not installed") != std::string::npos);
  const test::TemporaryFolder folder;
  const auto failing = [&](const std::string& words) {
    return make_cli_engine(folder.write("client", "#!/bin/sh\necho '" + words + "' >&2\nexit 1\n", true), {}).error();
  };
  CHECK(failing("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?").kind ==
        EngineError::Kind::unavailable);
  CHECK(failing("permission denied while trying to connect to the Docker daemon socket").kind ==
        EngineError::Kind::permission_denied);
}

TEST_CASE("a client that hangs is given up at the deadline") {
  const test::TemporaryFolder folder;
  const auto engine = make_cli_engine(folder.write("client", "#!/bin/sh\nsleep 60\n", true), {200ms, nullptr});
  REQUIRE(!engine);
  CHECK(engine.error().kind == EngineError::Kind::deadline);
}

TEST_CASE("create gives no value of a variable as an argument, and the client can read it all the same") {
  FakeClient client(
      "create) for w in \"$@\"; do case $w in --env-file=*) cat ${w#*=} >$d/file;; esac; done\n"
      "env >$d/env; echo warning; echo " +
      id + ";;");
  const auto engine = client.open();
  REQUIRE(engine->containers().create(approved_spec("TOKEN", "secret"), {}, {}, {}));
  CHECK(client.calls().find("secret") == std::string::npos);
  CHECK(client.read("file") == "TOKEN=secret\n");
  CHECK(client.read("env").find("secret") == std::string::npos);
  CHECK(client.calls().find("-- example.org/tool:1") != std::string::npos);
  CHECK(client.calls().find("create --pull=never") != std::string::npos);

  REQUIRE(engine->containers().create(approved_spec("QUOTED", "\"secret\""), {}, {}, {}));
  CHECK(client.calls().find("secret") == std::string::npos);
  CHECK(client.calls().find("--env=QUOTED ") != std::string::npos);
  CHECK(client.read("env").find("QUOTED=\"secret\"") != std::string::npos);

  const auto steering = engine->containers().create(approved_spec("LD_PRELOAD", "\"x\""), {}, {}, {});
  REQUIRE(!steering);
  CHECK(steering.error().kind == EngineError::Kind::unsupported);
  CHECK(steering.error().message.find("LD_PRELOAD") != std::string::npos);
}

TEST_CASE("what is not a container id is not taken for one") {
  FakeClient client("create) echo --help;;");
  CHECK(!client.open()->containers().create(approved_spec(), {}, {}, {}));
}

TEST_CASE("a start that fails is an error with the client's words, none of which reach the skill's streams") {
  FakeClient client("start) echo 'Error response from daemon: exec: \"x\": not found' >&2; exit 1;;\n" +
                    inspected("created", 127));
  const auto engine = client.open();
  const auto started = engine->containers().start(id, {}, {});
  REQUIRE(!started);
  CHECK(started.error().message == "exec: \"x\": not found");
  CHECK(engine->containers().inspect(id, {})->error == "exec: \"x\": not found");
}

TEST_CASE("a skill that writes to its error stream at once has started") {
  FakeClient client("start) echo words >&2; sleep 0.2; exit 0;;\n" + inspected("running"));
  const auto engine = client.open();
  auto started = engine->containers().start(id, {}, {});
  REQUIRE(started);
  CHECK(read_all((*started)->error_fd()) == "words\n");
  CHECK((*started)->finish({}));
}

TEST_CASE("a client carries a terminal over one of its own, of the size that the caller's has") {
  FakeClient client("start) stty size; stty size </dev/tty; read -r line; echo \"got $line\"; stty size;;\n" +
                    inspected("running"));
  const auto engine = client.open();
  auto started = engine->containers().start(id, {.tty = true, .terminal_size = TerminalSize{33, 111}}, {});
  REQUIRE(started);
  const int fd = (*started)->output_fd();
  auto shows = [&, shown = std::string()](std::string_view text) mutable {
    std::array<char, 256> buffer{};
    for (pollfd entry{fd, POLLIN, 0}; !shown.contains(text) && ::poll(&entry, 1, 10'000) == 1;) {
      const ssize_t count = ::read(fd, buffer.data(), buffer.size());
      if (count <= 0) break;
      shown.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return shown.contains(text);
  };
  CHECK(shows("33 111\n33 111\n"));
  CHECK(engine->containers().resize(id, 44, 99, {}));
  REQUIRE(::write((*started)->input_fd(), "typed\n", 6) == 6);
  CHECK(shows("got typed\n44 99\n"));
  CHECK((*started)->finish({}));
}

TEST_CASE("a skill that is silent and quick has started too, and input reaches the one that reads") {
  FakeClient quick("start) exit 3;;\n" + inspected("exited", 3));
  CHECK(quick.open()->containers().start(id, {}, {}));
  FakeClient reader("start) cat;;\n" + inspected("running"));
  const auto engine = reader.open();
  auto started = engine->containers().start(id, {}, {});
  REQUIRE(started);
  REQUIRE(::write((*started)->input_fd(), "hello", 5) == 5);
  (*started)->close_input();
  CHECK((*started)->input_fd() == -1);
  CHECK(read_all((*started)->output_fd()) == "hello");
}

TEST_CASE("podman's note that memory ran out is found, and lies in no folder of the caller") {
  FakeClient client("start) touch oom; pwd >$d/where; exit 137;;\n" + inspected("exited", 137), podman_version);
  {
    const auto engine = client.open();
    const auto started = engine->containers().start(id, {}, {});
    REQUIRE(started);
    // The client that says "exited" is another process than the one that leaves the note.
    CHECK((*started)->finish({}));
    CHECK(engine->containers().inspect(id, {})->out_of_memory);
  }
  std::string where = client.read("where");
  where.pop_back();
  CHECK(where != std::filesystem::current_path().string());
  CHECK(!std::filesystem::exists(where));
}

TEST_CASE("a skill without input has no pipe for it") {
  FakeClient client("start) cat; echo end;;\n" + inspected("running"));
  const auto engine = client.open();
  auto started = engine->containers().start(id, {.standard_input = false, .tty = false}, {});
  REQUIRE(started);
  CHECK((*started)->input_fd() == -1);
  CHECK(read_all((*started)->output_fd()) == "end\n");
  CHECK(client.calls().find("--interactive") == std::string::npos);
}

TEST_CASE("a cancellation breaks a start off") {
  FakeClient client("start) sleep 60;;\n" + inspected("created"));
  const auto engine = client.open();
  Cancellation cancellation;
  cancellation.cancel();
  const auto started = engine->containers().start(id, {}, {30s, &cancellation});
  REQUIRE(!started);
  CHECK(started.error().kind == EngineError::Kind::cancelled);
}

TEST_CASE("an image that is not there is no error, an engine that is not there is one") {
  FakeClient client("image) cat $d/words >&2; exit 1;;");
  const auto engine = client.open();
  for (const std::string words :
       {"Error: No such image: x", "Error response from daemon: no such image: x: No such image: x:latest",
        "Error: inspecting object: x: image not known"}) {
    client.write("words", words);
    const auto image = engine->images().inspect_image("x", {});
    REQUIRE(image);
    CHECK(!*image);
  }
  client.write("words", "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?");
  CHECK(!engine->images().inspect_image("x", {}));
}

TEST_CASE("a container that is gone already counts as removed, one that stays does not") {
  FakeClient gone("rm) echo 'Error: No such container' >&2; exit 1;;\nps) ;;");
  CHECK(gone.open()->containers().remove(id, {}));
  CHECK(gone.calls().find("rm --force --volumes -- " + id) != std::string::npos);
  FakeClient stays("rm) echo 'device is busy' >&2; exit 1;;\nps) echo " + id + ";;");
  const auto removed = stays.open()->containers().remove(id, {});
  REQUIRE(!removed);
  CHECK(removed.error().message == "device is busy");
}

TEST_CASE("a removal that met the container's own end is asked for again") {
  FakeClient client(
      "rm) test -e $d/again && exit; touch $d/again; echo 'state improper: stopped' >&2; exit 125;;\nps) echo " + id +
          ";;",
      podman_version);
  CHECK(client.open()->containers().remove(id, {}));
}

TEST_CASE("an import is fed from its source and labelled; podman is not asked to stop anything slowly") {
  FakeClient client("import) cat >$d/archive;;\nrm) ;;", podman_version);
  const auto engine = client.open();
  int pieces = 0;
  const ByteSource source = [&]() -> EngineResult<std::string> { return ++pieces == 1 ? "tar" : ""; };
  REQUIRE(engine->images().import_image({"example.org/x:1", {{"skillrun.recipe", "abc"}}}, source, {}));
  CHECK(client.read("archive") == "tar");
  CHECK(client.calls().find("import --change=LABEL skillrun.recipe=abc -- - example.org/x:1") != std::string::npos);
  CHECK(!engine->images().import_image({"example.org/x:1", {{"a", "b\nUSER root"}}}, source, {}));
  REQUIRE(engine->containers().remove(id, {}));
  CHECK(client.calls().find("--time=0") != std::string::npos);
}

TEST_CASE("a pull names the registry where podman would look for one") {
  const auto image = parse_image_reference("busybox:1");
  REQUIRE(image);
  FakeClient podman("pull) ;;", podman_version);
  REQUIRE(podman.open()->images().pull_image(*image, "linux/amd64", {}, {}));
  CHECK(podman.calls().find("pull --platform=linux/amd64 -- docker.io/library/busybox:1") != std::string::npos);
  FakeClient docker("pull) ;;");
  REQUIRE(docker.open()->images().pull_image(*image, std::nullopt, {}, {}));
  CHECK(docker.calls().find("pull -- busybox:1") != std::string::npos);
}

namespace {

/// Builds from a folder's archive.
EngineResult<void> build_from(FakeClient& client, const test::TemporaryFolder& folder, BuildRequest request) {
  if (request.dockerfile.empty()) request.dockerfile = "Dockerfile";
  request.reference = "example.org/x:1";
  const auto context = ContextSnapshot::take(folder.path(), request.dockerfile);
  if (!context) return std::unexpected(context.error());
  return client.open()->images().build_image(request, context->bytes(), {}, {});
}

}  // namespace

TEST_CASE("a build passes Dockerfile, target, arguments and labels on, and a copy of the context") {
  FakeClient client(
      "build) echo \"$A\" >$d/argument; for last; do :; done; echo \"$last\" >$d/context; cat \"$last/sub/data\" "
      ">$d/data;"
      " stat -c %a \"$last/sub\" \"$last/sub/data\" >$d/modes;;");
  const test::TemporaryFolder folder;
  static_cast<void>(folder.write("Other", "FROM scratch\n"));
  std::filesystem::create_directory(folder.path() + "/sub");
  std::filesystem::permissions(folder.write("sub/data", "one\n"), std::filesystem::perms{0640});
  std::filesystem::permissions(folder.path() + "/sub", std::filesystem::perms{0555});
  REQUIRE(build_from(client, folder,
                     {.dockerfile = "Other",
                      .target = "final",
                      .args = {{"A", "hunter 2"}},
                      .reference = {},
                      .platform = "linux/amd64",
                      .labels = {{"k", "v"}}}));
  std::string context = client.read("context");
  context.pop_back();
  CHECK(context != folder.path());
  CHECK(client.calls().find(fmt::format("build --tag=example.org/x:1 --file={0}/Other --target=final "
                                        "--platform=linux/amd64 --build-arg=A --label=k=v --network=default -- {0}",
                                        context)) != std::string::npos);
  CHECK(client.read("argument") == "hunter 2\n");
  CHECK(client.read("data") == "one\n");
  CHECK(client.read("modes") == "555\n640\n");
  CHECK_FALSE(std::filesystem::exists(context));
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(context).parent_path()));
  std::filesystem::permissions(folder.path() + "/sub", std::filesystem::perms{0755});
}

TEST_CASE("a build argument that would steer the client itself is refused") {
  FakeClient client("build) ;;");
  const test::TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\n"));
  for (const std::string_view name : {"PATH", "DOCKER_HOST", "LD_PRELOAD", "HTTPS_PROXY"}) {
    BuildRequest request;
    request.args.emplace_back(name, "x");
    const auto built = build_from(client, folder, request);
    REQUIRE_FALSE(built);
    CHECK(built.error().kind == EngineError::Kind::unsupported);
    CHECK(built.error().message.contains(name));
  }
  CHECK_FALSE(client.calls().contains("build"));
}

TEST_CASE("a Dockerfile that a link leads to outside of the context is not handed to a client") {
  FakeClient client("build) ;;");
  const test::TemporaryFolder folder;
  std::filesystem::create_directory_symlink("/etc", folder.path() + "/out");
  std::filesystem::create_symlink("/etc/passwd", folder.path() + "/link");
  const auto build = [&](const std::string& dockerfile) {
    BuildRequest request;
    request.dockerfile = dockerfile;
    return build_from(client, folder, request);
  };
  for (const char* outside : {"out/passwd", "link"}) {
    const auto built = build(outside);
    REQUIRE_FALSE(built);
    CHECK(built.error().message.find("outside of the build context") != std::string::npos);
  }
  REQUIRE_FALSE(build("missing"));
  CHECK(client.calls().find("build --tag") == std::string::npos);
}

TEST_CASE("what a client prints in another shape is a protocol error") {
  for (const std::string_view text : {"", "{}", "[]", "[1]", "[{}]", "null", "[{\"Id\":1}]", "{\"Client\":3}", "x"}) {
    CAPTURE(text);
    CHECK(!parse_container_inspect(text));
    CHECK(!parse_image_inspect(text));
    CHECK(!parse_version(text));
    CHECK(!parse_podman_info(text));
  }
}

TEST_CASE("image ids have one form, whichever client gave them") {
  CHECK(parse_image_inspect(R"([{"Id":"beef","Config":{"Labels":null,"User":"7"}}])")->id == "sha256:beef");
  const auto image =
      parse_image_inspect(R"([{"Id":"sha256:beef","RepoDigests":["a@b"],"Config":{"Labels":{"k":"v"}}}])");
  REQUIRE(image);
  CHECK(image->id == "sha256:beef");
  CHECK(image->repo_digests == std::vector<std::string>{"a@b"});
  CHECK(image->labels.front().second == "v");
}

TEST_CASE("containers are found by label and inspected one by one; one that is gone by then is not an error") {
  const std::string other(64, 'b');
  FakeClient client("ps) echo " + id + "; echo " + other + ";;\n" + "inspect) case $4 in " + other +
                    ") echo 'Error: No such container' >&2; exit 1;; *) echo '[{\"Id\":\"" + id +
                    "\",\"State\":{\"Status\":\"exited\"},\"Config\":{\"Labels\":{\"a\":\"b, c=d\"}}}]';; esac;;");
  const auto found = client.open()->containers().find_containers("skillrun.run", {});
  REQUIRE_MESSAGE(found, found.error().message);
  REQUIRE(found->size() == 1);
  CHECK(found->front().id == id);
  CHECK(found->front().status == "exited");
  CHECK(found->front().labels == std::vector<std::pair<std::string, std::string>>{{"a", "b, c=d"}});
  CHECK(client.calls().contains("ps --all --quiet --no-trunc --filter=label=skillrun.run"));
}

}  // namespace skillrun
