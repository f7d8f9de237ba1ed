#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <skillrun/engine_request.hpp>
#include <skillrun/parsing.hpp>

#include "engine/docker/api/api_engine.hpp"
#include "engine/stream_frames.hpp"
#include "unit/engine/api_fake_engine.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using Kind = EngineError::Kind;
using Connection = FakeEngine::Connection;

std::unique_ptr<ApiEngine> open(const FakeEngine& fake) {
  auto engine = ApiEngine::open(fake.path(), {3s});
  REQUIRE_MESSAGE(engine, engine.error().message);
  return std::move(*engine);
}

/// What opening an engine gives that answers the ping with these bytes.
EngineResult<std::unique_ptr<ApiEngine>> open_with_ping(const std::string& bytes) {
  FakeEngine fake([&bytes](Connection& connection) {
    connection.request();
    connection.send(bytes);
    if (bytes.empty()) return;
    // Pings of an engine whose socket belongs to a user are followed by questions.
    while (connection.request().starts_with("GET /v1")) connection.answer(200, "{}");
  });
  return ApiEngine::open(fake.path(), {3s});
}

std::string ping(const std::string& headers) { return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: 2\r\n\r\nOK"; }

bool readable(int fd, int timeout = 1000) {
  pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, timeout) == 1;
}

}  // namespace

TEST_CASE("the version of the API is the server's, or ours when the server is newer") {
  CHECK((*open_with_ping(ping("Api-Version: 1.41\r\nServer: Docker/20.10.24+dfsg1 (linux)\r\n")))->info().api_version ==
        "1.41");
  CHECK((*open_with_ping(ping("Api-Version: 1.51\r\n")))->info().api_version == "1.47");
  const auto old = open_with_ping(ping("Api-Version: 1.39\r\n"));
  REQUIRE_FALSE(old);
  CHECK(old.error().kind == Kind::unsupported);
}

TEST_CASE("docker and podman are told apart by what they say") {
  const auto docker =
      open_with_ping(ping("Api-Version: 1.41\r\nServer: Docker/20.10.24+dfsg1 (linux)\r\nOstype: linux\r\n"));
  REQUIRE(docker);
  CHECK((*docker)->info().kind == "docker");
  CHECK((*docker)->info().version == "20.10.24+dfsg1");
  CHECK((*docker)->info().transport == "api");
  CHECK((*docker)->info().endpoint.starts_with("unix:///"));
  const auto podman =
      open_with_ping(ping("Api-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\nServer: Libpod/4.3.1 (linux)\r\n"));
  REQUIRE(podman);
  CHECK((*podman)->info().kind == "podman");
  CHECK((*podman)->info().version == "4.3.1");
}

TEST_CASE("what is not an engine is not taken for one") {
  const std::vector<std::pair<std::string, Kind>> cases{
      {"", Kind::unavailable},
      {"hello, this is a mail server\r\n\r\n", Kind::protocol},
      {ping(""), Kind::protocol},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Kind::protocol},
      {"HTTP/1.1 500 X\r\nContent-Length: 21\r\n\r\n{\"message\":\"starting\"}", Kind::server},
      {ping("Api-Version: one\r\n"), Kind::protocol},
  };
  for (const auto& [bytes, kind] : cases) {
    CAPTURE(bytes);
    const auto engine = open_with_ping(bytes);
    REQUIRE_FALSE(engine);
    CHECK(engine.error().kind == kind);
  }
}

TEST_CASE("an image that is not there is no error") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string& request) {
    if (request.starts_with("GET /v1.41/images/here:1/json ")) {
      connection.answer(200,
                        R"({"Id":"sha256:ab","RepoDigests":["here@sha256:cd"],"Os":"linux","Architecture":"amd64",)"
                        R"("Config":{"User":"node","Labels":{"a":"b"}}})");
    } else if (request.starts_with("GET /v1.41/images/broken")) {
      connection.answer(500, R"({"message":"layer is missing"})");
    } else {
      connection.answer(404, R"({"message":"No such image"})");
    }
  }));
  const auto engine = open(fake);
  const auto here = engine->inspect_image("here:1", {});
  REQUIRE(here);
  REQUIRE(*here);
  CHECK((*here)->id == "sha256:ab");
  CHECK((*here)->user == "node");
  CHECK((*here)->architecture == "amd64");
  CHECK((*here)->repo_digests == std::vector<std::string>{"here@sha256:cd"});
  CHECK((*here)->labels == std::vector<std::pair<std::string, std::string>>{{"a", "b"}});
  const auto missing = engine->inspect_image("missing:1", {});
  REQUIRE(missing);
  CHECK_FALSE(*missing);
  const auto broken = engine->inspect_image("broken:1", {});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind == Kind::server);
  CHECK(broken.error().message == "layer is missing");
}

TEST_CASE("a pull asks for one version and hears errors within the stream") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string& request) {
    if (request.find("missing") != std::string::npos) {
      connection.answer(200, "{\"status\":\"Pulling\"}\r\n{\"error\":\"manifest unknown\"}\r\n");
    } else if (request.find("cut") != std::string::npos) {
      connection.answer(200, "{\"status\":\"Pull");
    } else {
      connection.answer(200, "{\"status\":\"Pulling fs layer\",\"id\":\"ab\"}\r\n");
    }
  }));
  const auto engine = open(fake);
  std::vector<std::string> lines;
  const ProgressSink sink = [&lines](const ProgressEvent& event) { lines.push_back(event.layer + ": " + event.text); };
  CHECK(engine->pull_image(*parse_image_reference("busybox"), "linux/arm64", sink, {}));
  CHECK(lines == std::vector<std::string>{"ab: Pulling fs layer"});
  const std::string digest = "sha256:" + std::string(64, 'a');
  CHECK(engine->pull_image(*parse_image_reference("ghcr.io/a/b:1@" + digest), std::nullopt, {}, {}));
  const auto missing = engine->pull_image(*parse_image_reference("missing:9"), std::nullopt, {}, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == Kind::not_found);
  CHECK_FALSE(engine->pull_image(*parse_image_reference("cut:9"), std::nullopt, {}, {}));
  CHECK_FALSE(engine->pull_image(*parse_image_reference(std::string(64, 'a')), std::nullopt, {}, {}));
  const auto requests = fake.requests();
  CHECK(
      requests.at(requests.size() - 4)
          .starts_with(
              "POST /v1.41/images/create?fromImage=docker.io%2Flibrary%2Fbusybox&tag=latest&platform=linux%2Farm64 "));
  CHECK(requests.at(requests.size() - 3).find("fromImage=ghcr.io%2Fa%2Fb&tag=sha256%3Aaaa") != std::string::npos);
}

TEST_CASE("an import sends the archive, and labels that no value can break out of") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string& request) {
    if (request.find("repo=bad") != std::string::npos) {
      connection.answer(200, R"({"error":"invalid tar header"})");
    } else {
      connection.answer(200, R"({"status":"sha256:ab"})");
    }
  }));
  const auto engine = open(fake);
  const auto source = [](int pieces) {
    return ByteSource([pieces]() mutable -> EngineResult<std::string> { return pieces-- > 0 ? "tar bytes"s : ""s; });
  };
  CHECK(engine->import_image({"x/y:1", {{"k", "a \"b\" $HOME \\"}}}, source(2), {}));
  const std::string request = fake.requests().back();
  CHECK(
      request.starts_with("POST /v1.41/images/create?fromSrc=-&repo=x%2Fy%3A1&changes=LABEL%20%22k%22%3D%22a%20%5C%22b"
                          "%5C%22%20%5C%24HOME%20%5C%5C%22 "));
  CHECK(request.find("Content-Type: application/x-tar") != std::string::npos);
  CHECK(request.find("9\r\ntar bytes\r\n9\r\ntar bytes\r\n0\r\n\r\n") != std::string::npos);
  CHECK_FALSE(engine->import_image({"bad", {}}, source(1), {}));
  CHECK_FALSE(engine->import_image({"x", {{"k", "line\nRUN evil"}}}, source(1), {}));
}

TEST_CASE("create sends what the spec says, the platform as a parameter") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string&) {
    connection.answer(201, R"({"Id":"c0ffee","Warnings":null})");
  }));
  const auto engine = open(fake);
  ContainerSpec spec = small_spec();
  spec.platform = declared("linux/amd64"s);
  const ApprovedSpec judged = approved(spec);
  const auto id = engine->create(judged, run_labels(), {}, {});
  REQUIRE(id);
  CHECK(*id == "c0ffee");
  const std::string request = fake.requests().back();
  CHECK(request.starts_with("POST /v1.41/containers/create?platform=linux%2Famd64 "));
  CHECK(request.ends_with(create_request_json(judged.spec(), run_labels(), {}, engine->info())));
}

TEST_CASE("a declared limit that the engine discards ends the run and leaves no container") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string& request) {
    if (request.starts_with("DELETE")) return connection.answer(204);
    connection.answer(201, R"({"Id":"c0ffee","Warnings":["Your kernel does not support swap limit capabilities"]})");
  }));
  const auto engine = open(fake);
  ContainerSpec spec = small_spec();
  spec.memory = declared(std::int64_t{64} << 20);
  spec.memory_swap = declared(std::int64_t{64} << 20);
  const auto id = engine->create(approved(spec), {}, {}, {});
  REQUIRE_FALSE(id);
  CHECK(id.error().kind == Kind::unsupported);
  CHECK(fake.requests().back().starts_with("DELETE /v1.41/containers/c0ffee?force=1&v=1 "));
  spec.memory_swap = defaulted(std::int64_t{64} << 20);
  CHECK(engine->create(approved(spec), {}, {}, {}));
}

TEST_CASE("a setting that would be dropped is refused before anything is created") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string&) { connection.answer(500); }));
  const auto engine = open(fake);
  ContainerSpec spec = small_spec();
  spec.mounts = {declared(with(volume_mount("v", "/v"), &Mount::subpath, "a"))};
  const auto before = fake.requests().size();
  const auto id = engine->create(approved(spec), {}, {}, {});
  REQUIRE_FALSE(id);
  CHECK(id.error().message == "this engine cannot honour mounts: a subpath needs an engine of API 1.45 (docker 26)");
  CHECK(fake.requests().size() == before);
}

namespace {

/// A container on a fake engine: attach echoes nothing but `output`, wait answers when `ended` is set.
struct FakeContainer {
  std::string output;
  std::string wait_answer = R"({"StatusCode":3,"Error":null})";
  std::atomic<bool> started = false;
  std::atomic<bool> waited_before_start = false;
  std::atomic<bool> ended = false;
  std::atomic<int> start_status = 204;
  std::string input;

  void serve(Connection& connection, const std::string& request) {
    if (request.find("/attach?") != std::string::npos) {
      connection.send("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n" + output);
      input = connection.read(1'000'000);
    } else if (request.find("/wait?") != std::string::npos) {
      waited_before_start = !started;
      connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
      while (!ended) std::this_thread::sleep_for(1ms);
      connection.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", wait_answer.size(), wait_answer));
    } else if (request.find("/start ") != std::string::npos) {
      started = true;
      connection.answer(start_status, start_status == 204 ? "" : R"({"message":"no such program"})");
    } else {
      connection.answer(500, R"({"message":"unexpected"})");
    }
  }
};

}  // namespace

TEST_CASE("a started container gives its output, takes its input and tells its end") {
  FakeContainer container;
  container.output = "\x01\0\0\0\0\0\0\x05hello"s;
  FakeEngine fake(
      after_ping([&](Connection& connection, const std::string& request) { container.serve(connection, request); }));
  const auto engine = open(fake);
  auto started = engine->start("c0ffee", {}, {3s});
  REQUIRE(started);
  AttachedContainer& attached = **started;
  CHECK(container.waited_before_start);
  CHECK(attached.framed());
  CHECK(attached.take_prefetched().empty());
  CHECK(attached.error_fd() == -1);
  CHECK(attached.input_fd() == attached.output_fd());
  REQUIRE(readable(attached.output_fd()));
  std::array<char, 64> buffer;
  const auto got = ::read(attached.output_fd(), buffer.data(), buffer.size());
  CHECK(std::string(buffer.data(), static_cast<std::size_t>(got)) == container.output);

  CHECK(::write(attached.input_fd(), "typed", 5) == 5);
  attached.close_input();
  CHECK(attached.input_fd() == -1);
  attached.close_input();
  // The output outlives the input.
  CHECK(readable(attached.output_fd()));
  CHECK(::read(attached.output_fd(), buffer.data(), buffer.size()) == 0);
  CHECK(container.input == "typed");

  CHECK_FALSE(readable(attached.exit_fd(), 0));
  container.ended = true;
  CHECK(readable(attached.exit_fd()));
  CHECK(attached.finish({3s}));
}

TEST_CASE("the descriptors of a running container are non-blocking, close-on-exec and closed in the end") {
  FakeContainer container;
  FakeEngine fake(
      after_ping([&](Connection& connection, const std::string& request) { container.serve(connection, request); }));
  const auto engine = open(fake);
  std::string attached_to;
  {
    auto started = engine->start("c0ffee", {.standard_input = false, .tty = true}, {3s});
    REQUIRE(started);
    CHECK_FALSE((*started)->framed());
    CHECK((*started)->input_fd() == -1);
    for (const int fd : {(*started)->output_fd(), (*started)->exit_fd()}) {
      CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
      CHECK((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
      attached_to = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd));
    }
    container.ended = true;
  }
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    CHECK(std::filesystem::read_symlink(entry.path(), gone) != attached_to);
  }
}

TEST_CASE("a wait that the engine breaks off, or answers with an error, is told") {
  for (const auto& [answer, kind] : std::vector<std::pair<std::string, Kind>>{
           {R"({"StatusCode":0,"Error":{"Message":"container vanished"}})", Kind::server},
           {"{}", Kind::protocol},
           {"nonsense", Kind::protocol}}) {
    FakeContainer container;
    container.wait_answer = answer;
    container.ended = true;
    FakeEngine fake(
        after_ping([&](Connection& connection, const std::string& request) { container.serve(connection, request); }));
    const auto engine = open(fake);
    auto started = engine->start("c0ffee", {}, {3s});
    REQUIRE(started);
    const auto finished = (*started)->finish({3s});
    REQUIRE_FALSE(finished);
    CHECK(finished.error().kind == kind);
  }
  FakeEngine broken(after_ping([](Connection& connection, const std::string& request) {
    if (request.find("/wait?") != std::string::npos) {
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      ::shutdown(connection.descriptor(), SHUT_RDWR);
    } else if (request.find("/attach?") != std::string::npos) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
    } else {
      connection.answer(204);
    }
  }));
  const auto engine = open(broken);
  auto started = engine->start("c0ffee", {}, {3s});
  REQUIRE(started);
  REQUIRE(readable((*started)->exit_fd()));
  const auto finished = (*started)->finish({3s});
  REQUIRE_FALSE(finished);
  CHECK(finished.error().kind == Kind::unavailable);
}

TEST_CASE("a wait that does not end is not waited for beyond the deadline") {
  FakeContainer container;
  FakeEngine fake(
      after_ping([&](Connection& connection, const std::string& request) { container.serve(connection, request); }));
  const auto engine = open(fake);
  auto started = engine->start("c0ffee", {}, {3s});
  REQUIRE(started);
  const auto finished = (*started)->finish({50ms});
  container.ended = true;
  REQUIRE_FALSE(finished);
  CHECK(finished.error().kind == Kind::deadline);
}

TEST_CASE("a start that fails gives the engine's words and no streams") {
  FakeContainer container;
  container.start_status = 400;
  container.ended = true;
  FakeEngine fake(
      after_ping([&](Connection& connection, const std::string& request) { container.serve(connection, request); }));
  const auto engine = open(fake);
  const auto started = engine->start("c0ffee", {}, {3s});
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == Kind::refused);
  CHECK(started.error().message == "no such program");
}

TEST_CASE("podman's failed start is told by inspect as docker's is") {
  const auto inspect_after = [](const std::string& words) {
    FakeEngine fake([&words](Connection& connection) {
      while (true) {
        const std::string request = connection.request();
        if (request.empty()) return;
        if (request.starts_with("GET /_ping")) {
          connection.answer(200, "OK", "Libpod-Api-Version: 4.3.1\r\n");
        } else if (request.find("/start ") != std::string::npos) {
          connection.answer(500, fmt::format("{{\"message\":\"{}\"}}", words));
        } else if (request.find("/json ") != std::string::npos) {
          connection.answer(200,
                            R"({"Id":"c0ffee","Image":"ab","State":{"Status":"created","ExitCode":0,"Error":""}})");
        } else {
          connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        }
      }
    });
    const auto engine = open(fake);
    CHECK_FALSE(engine->start("c0ffee", {}, {3s}));
    const auto state = engine->inspect("c0ffee", {3s});
    REQUIRE(state);
    CHECK(state->image_id == "sha256:ab");
    return *state;
  };
  CHECK(inspect_after("runc: exec: x: not found: OCI runtime attempted to invoke a command that was not found")
            .exit_code == 127);
  CHECK(inspect_after("runc: exec: \\\"/etc\\\": permission denied: OCI permission denied").exit_code == 126);
  CHECK(inspect_after("error setting rlimit: OCI permission denied").exit_code == 0);
  CHECK(inspect_after("error setting rlimit: OCI permission denied").error ==
        "error setting rlimit: OCI permission denied");
}

TEST_CASE("inspect tells how a container ended") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string&) {
    connection.answer(
        200, R"({"Id":"c0ffee","Image":"sha256:ab","State":{"Status":"exited","ExitCode":137,"OOMKilled":true}})");
  }));
  const auto state = open(fake)->inspect("c0ffee", {});
  REQUIRE(state);
  CHECK(state->status == "exited");
  CHECK(state->exit_code == 137);
  CHECK(state->out_of_memory);
}

TEST_CASE("a container that is gone, or going, counts as removed") {
  std::atomic<int> status = 204;
  FakeEngine fake(after_ping([&status](Connection& connection, const std::string&) {
    connection.answer(status, status == 409 ? R"({"message":"removal of container c0ffee is already in progress"})"
                                            : R"({"message":"device busy"})");
  }));
  const auto engine = open(fake);
  CHECK(engine->remove("c0ffee", {}));
  status = 404;
  CHECK(engine->remove("c0ffee", {}));
  status = 409;
  CHECK(engine->remove("c0ffee", {}));
  status = 500;
  const auto removed = engine->remove("c0ffee", {});
  REQUIRE_FALSE(removed);
  CHECK(removed.error().message == "device busy");
}

TEST_CASE("a removal that met the container's own end is asked for again") {
  std::atomic<int> asked = 0;
  FakeEngine fake(after_ping([&asked](Connection& connection, const std::string&) {
    if (++asked > 2) return connection.answer(204);
    connection.answer(500, R"({"message":"sending SIGKILL to container c0ffee: container state improper: stopped"})");
  }));
  CHECK(open(fake)->remove("c0ffee", {}));
  CHECK(asked == 3);
}

TEST_CASE("an id cannot leave its place in the path") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string&) { connection.answer(204); }));
  const auto engine = open(fake);
  CHECK(engine->kill("../images/x?force=1\r\nX: y", 9, {}));
  CHECK(fake.requests().back().starts_with(
      "POST /v1.41/containers/..%2Fimages%2Fx%3Fforce%3D1%0D%0AX%3A%20y/kill?signal=9 HTTP/1.1\r\n"));
  CHECK(engine->resize("c0ffee", 24, 80, {}));
  CHECK(fake.requests().back().starts_with("POST /v1.41/containers/c0ffee/resize?h=24&w=80 "));
}

TEST_CASE("containers are asked for in every state by the name of a label") {
  FakeEngine fake(after_ping([](Connection& connection, const std::string&) {
    connection.answer(200, R"([{"Id":"a","State":"created","Labels":{"skillrun.run":"1"}}])");
  }));
  const auto found = open(fake)->find_containers("skillrun.run", {3s});
  REQUIRE_MESSAGE(found, found.error().message);
  CHECK(found->front().status == "created");
  CHECK(fake.requests().back().starts_with(
      "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22skillrun.run%22%5D%7D HTTP/1.1\r\n"));
}
