// The Engine API against real engines: SKILLRUN_TEST_DOCKER_SOCKET names docker's socket, and
// SKILLRUN_TEST_PODMAN_SOCKET that of a podman API service; the latter may be unset. Everything made here carries the
// label skillrun.test.
#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <skillrun/parsing.hpp>

#include "engine/context_snapshot.hpp"
#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/create_body.hpp"
#include "engine/docker/json_fields.hpp"
#include "engine/stream_frames.hpp"
#include "engine/wire/http_client.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Kind = EngineError::Kind;

const std::string image_name = "skillrun-test/engine-api:1";

std::vector<std::string> sockets() {
  std::vector<std::string> out;
  const char* docker = std::getenv("SKILLRUN_TEST_DOCKER_SOCKET");
  REQUIRE_MESSAGE(docker != nullptr, "SKILLRUN_TEST_DOCKER_SOCKET is not set: it names the socket of a docker daemon");
  out.emplace_back(docker);
  if (const char* podman = std::getenv("SKILLRUN_TEST_PODMAN_SOCKET")) out.emplace_back(podman);
  return out;
}

std::unique_ptr<ApiEngine> open(const std::string& socket) {
  auto engine = ApiEngine::open(socket, {5s});
  REQUIRE_MESSAGE(engine, engine.error().message);
  return std::move(*engine);
}

/// A root file system of a static busybox, as a tar archive.
std::string busybox_archive() {
  std::ifstream file("/bin/busybox", std::ios::binary);
  const std::string program{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  REQUIRE_MESSAGE(!program.empty(), "/bin/busybox is missing: install busybox-static");
  std::string out;
  archive* writer = archive_write_new();
  archive_write_set_format_gnutar(writer);
  archive_write_set_bytes_per_block(writer, 0);
  archive_write_open2(
      writer, &out, nullptr,
      [](archive*, void* into, const void* bytes, std::size_t size) {
        static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr, nullptr);
  const auto add = [writer](const std::string& name, unsigned type, const std::string& content) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_mode(entry, type | 0755U);
    archive_entry_set_size(entry, type == AE_IFREG ? static_cast<la_int64_t>(content.size()) : 0);
    if (type == AE_IFLNK) archive_entry_set_symlink(entry, content.c_str());
    archive_write_header(writer, entry);
    if (type == AE_IFREG) archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  };
  for (const char* folder : {"bin", "tmp", "etc", "proc", "sys", "dev"}) add(folder, AE_IFDIR, "");
  add("bin/busybox", AE_IFREG, program);
  for (const char* name : {"sh", "cat", "true", "sleep", "echo", "head", "id", "stty", "test"}) {
    add(std::string("bin/") + name, AE_IFLNK, "busybox");
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return out;
}

ByteSource source_of(std::string bytes) {
  return [bytes = std::move(bytes), at = std::size_t{0}]() mutable -> EngineResult<std::string> {
    std::string piece = bytes.substr(at, 65'536);
    at += piece.size();
    return piece;
  };
}

void ensure_image(ApiEngine& engine) {
  const auto image = engine.inspect_image(image_name, {10s});
  REQUIRE_MESSAGE(image, image.error().message);
  if (*image) return;
  const auto imported =
      engine.import_image({image_name, {{"skillrun.test", "engine api, $HOME"}}}, source_of(busybox_archive()), {60s});
  REQUIRE_MESSAGE(imported, imported.error().message);
}

ContainerSpec spec_of(std::vector<std::string> command) {
  ContainerSpec spec;
  spec.skill = "test";
  spec.image = declared(*parse_image_reference(image_name));
  spec.network_mode = declared(NetworkMode{});
  for (std::string& word : command) spec.command.push_back(declared(std::move(word)));
  spec.labels = {declared(KeyValue{"skillrun.test", "yes"})};
  return spec;
}

struct Ended {
  std::string output;
  std::string error;
  ContainerState state;
};

/// Removes a container whatever a test does.
class Removal {
 public:
  Removal(ApiEngine& engine, std::string id) : engine_(engine), id_(std::move(id)) {}
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  ~Removal() { [[maybe_unused]] const auto removed = engine_.remove(id_, {20s}); }

 private:
  ApiEngine& engine_;
  std::string id_;
};

std::string create(ApiEngine& engine, const ContainerSpec& spec, const StartOptions& options = {}) {
  auto id = engine.create(approved(spec), {}, options, {20s});
  REQUIRE_MESSAGE(id, id.error().message);
  return *id;
}

/// Gives `input` (and its end), reads all output, waits for the end.
Ended converse(ApiEngine& engine, const std::string& id, const StartOptions& options, std::string_view input) {
  auto started = engine.start(id, options, {20s});
  REQUIRE_MESSAGE(started, started.error().message);
  AttachedContainer& attached = **started;
  Ended ended;
  FrameDecoder decoder;
  bool open = true;
  std::vector<char> buffer(65'536);
  const auto give_up = std::chrono::steady_clock::now() + 60s;
  while (open) {
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    if (input.empty() && attached.input_fd() >= 0) attached.close_input();
    pollfd entry{.fd = attached.output_fd(), .events = POLLIN, .revents = 0};
    if (!input.empty()) entry.events |= POLLOUT;
    ::poll(&entry, 1, 1000);
    if (!input.empty() && (entry.revents & POLLOUT) != 0) {
      const auto sent = ::write(attached.input_fd(), input.data(), std::min<std::size_t>(input.size(), 65'536));
      if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
    }
    const auto got = ::read(attached.output_fd(), buffer.data(), buffer.size());
    if (got == 0) open = false;
    if (got <= 0) continue;
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (!attached.framed()) {
      ended.output += bytes;
      continue;
    }
    while (true) {
      const auto piece = decoder.next(bytes);
      REQUIRE(piece);
      if (!*piece) break;
      ((*piece)->stream == OutputStream::output ? ended.output : ended.error) += (*piece)->bytes;
    }
  }
  CHECK(decoder.at_boundary());
  pollfd entry{.fd = attached.exit_fd(), .events = POLLIN, .revents = 0};
  CHECK(::poll(&entry, 1, 10'000) == 1);
  CHECK(attached.finish({10s}));
  const auto state = engine.inspect(id, {10s});
  REQUIRE_MESSAGE(state, state.error().message);
  ended.state = *state;
  return ended;
}

Ended run(ApiEngine& engine, const ContainerSpec& spec, std::string_view input = {}, StartOptions options = {}) {
  const std::string id = create(engine, spec, options);
  const Removal removal(engine, id);
  return converse(engine, id, options, input);
}

/// `body` once for each engine.
template <class Body>
void on_each_engine(Body body) {
  for (const std::string& socket : sockets()) {
    CAPTURE(socket);
    const auto engine = open(socket);
    ensure_image(*engine);
    body(*engine);
  }
}

std::size_t descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace

TEST_CASE("engine API: an imported image is found, with its labels") {
  on_each_engine([](ApiEngine& engine) {
    const auto image = engine.inspect_image(image_name, {10s});
    REQUIRE(image);
    REQUIRE(*image);
    CHECK((*image)->id.starts_with("sha256:"));
    CHECK((*image)->os == "linux");
    const auto& labels = (*image)->labels;
    CHECK(std::ranges::find(labels, std::pair<std::string, std::string>("skillrun.test", "engine api, $HOME")) !=
          labels.end());
    const auto missing = engine.inspect_image("skillrun-test/no-such-image:9", {10s});
    REQUIRE(missing);
    CHECK_FALSE(*missing);
  });
}

TEST_CASE("engine API: an archive that is none, or is cut, makes no image") {
  on_each_engine([](ApiEngine& engine) {
    const std::string name = "skillrun-test/broken:1";
    CHECK_FALSE(engine.import_image({name, {}}, source_of(std::string(10'000, 'x')), {20s}));
    int pieces = 0;
    const ByteSource failing = [&pieces]() -> EngineResult<std::string> {
      if (pieces++ == 0) return busybox_archive().substr(0, 100'000);
      return std::unexpected(EngineError{Kind::refused, "the source broke"});
    };
    const auto imported = engine.import_image({name, {}}, failing, {20s});
    REQUIRE_FALSE(imported);
    CHECK(imported.error().message == "the source broke");
    const auto image = engine.inspect_image(name, {10s});
    REQUIRE(image);
    CHECK_FALSE(*image);
  });
}

TEST_CASE("engine API: output, errors, input and exit status come through") {
  on_each_engine([](ApiEngine& engine) {
    const Ended ended = run(engine, spec_of({"sh", "-c", "cat; echo problem >&2; exit 3"}), "typed\n");
    CHECK(ended.output == "typed\n");
    CHECK(ended.error == "problem\n");
    CHECK(ended.state.exit_code == 3);
    CHECK(ended.state.status == "exited");
    CHECK(ended.state.image_id.starts_with("sha256:"));
  });
}

TEST_CASE("engine API: bytes of every value go through both ways unchanged") {
  std::string bytes;
  for (int i = 0; i < 4'000'000; ++i) bytes += static_cast<char>((static_cast<unsigned>(i) * 2'654'435'761U) >> 13);
  on_each_engine([&bytes](ApiEngine& engine) {
    const Ended ended = run(engine, spec_of({"cat"}), bytes);
    CHECK(ended.output.size() == bytes.size());
    CHECK((ended.output == bytes));
    CHECK(ended.error.empty());
  });
}

TEST_CASE("engine API: a container that ends at once is seen to end") {
  on_each_engine([](ApiEngine& engine) {
    for (int i = 0; i < 10; ++i) CHECK(run(engine, spec_of({"true"})).state.exit_code == 0);
  });
}

TEST_CASE("engine API: without input the container reads the end of it") {
  on_each_engine([](ApiEngine& engine) {
    CHECK(run(engine, spec_of({"sh", "-c", "cat; echo done"}), {}, {.standard_input = false}).output == "done\n");
  });
}

TEST_CASE("engine API: a terminal is one stream and can be resized") {
  on_each_engine([](ApiEngine& engine) {
    const StartOptions options{.standard_input = true, .tty = true};
    const std::string id =
        create(engine, spec_of({"sh", "-c", "head -n1 >/dev/null; stty size; test -t 1 && echo terminal"}), options);
    const Removal removal(engine, id);
    auto started = engine.start(id, options, {20s});
    REQUIRE(started);
    CHECK_FALSE((*started)->framed());
    CHECK(engine.resize(id, 33, 77, {10s}));
    CHECK(::write((*started)->input_fd(), "go\n", 3) == 3);
    std::string output;
    std::array<char, 4096> buffer;
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (output.find("terminal") == std::string::npos && std::chrono::steady_clock::now() < give_up) {
      pollfd entry{.fd = (*started)->output_fd(), .events = POLLIN, .revents = 0};
      ::poll(&entry, 1, 1000);
      const auto got = ::read((*started)->output_fd(), buffer.data(), buffer.size());
      if (got > 0) output.append(buffer.data(), static_cast<std::size_t>(got));
    }
    CHECK(output.find("33 77\r\n") != std::string::npos);
  });
}

TEST_CASE("engine API: a signal reaches the container") {
  on_each_engine([](ApiEngine& engine) {
    const std::string id = create(engine, spec_of({"sh", "-c", "trap 'exit 9' TERM; echo ready; sleep 60 & wait"}));
    const Removal removal(engine, id);
    auto started = engine.start(id, {}, {20s});
    REQUIRE(started);
    pollfd ready{.fd = (*started)->output_fd(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ready, 1, 20'000) == 1);
    CHECK(engine.kill(id, 15, {10s}));
    pollfd ended{.fd = (*started)->exit_fd(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ended, 1, 20'000) == 1);
    CHECK((*started)->finish({10s}));
    CHECK(engine.inspect(id, {10s})->exit_code == 9);
    CHECK_FALSE(engine.kill(id, 15, {10s}));
  });
}

TEST_CASE("engine API: a command that is not there or cannot run is told by inspect") {
  on_each_engine([](ApiEngine& engine) {
    for (const auto& [command, status] : std::vector<std::pair<std::string, int>>{{"/no/such", 127}, {"/etc", 126}}) {
      CAPTURE(command);
      const std::string id = create(engine, spec_of({command}));
      const Removal removal(engine, id);
      const auto started = engine.start(id, {}, {20s});
      REQUIRE_FALSE(started);
      CAPTURE(started.error().message);
      const auto state = engine.inspect(id, {10s});
      REQUIRE(state);
      CHECK(state->exit_code == status);
      CHECK(state->error.find(command) != std::string::npos);
    }
  });
}

TEST_CASE("engine API: a removed container is gone, and removing it again is not an error") {
  on_each_engine([](ApiEngine& engine) {
    const std::string id = create(engine, spec_of({"sleep", "60"}));
    auto started = engine.start(id, {}, {20s});
    REQUIRE(started);
    CHECK(engine.remove(id, {20s}));
    CHECK(engine.remove(id, {20s}));
    const auto state = engine.inspect(id, {10s});
    REQUIRE_FALSE(state);
    CHECK(state.error().kind == Kind::not_found);
    // Whoever waits hears of it.
    pollfd ended{.fd = (*started)->exit_fd(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&ended, 1, 20'000) == 1);
  });
}

TEST_CASE("engine API: runs leave no descriptor open") {
  on_each_engine([](ApiEngine& engine) {
    run(engine, spec_of({"true"}));
    const std::size_t before = descriptors();
    for (int i = 0; i < 3; ++i) run(engine, spec_of({"true"}));
    CHECK(descriptors() == before);
  });
}

TEST_CASE("engine API: the engine understands every field of a full request") {
  const auto engine = open(sockets().at(0));
  ensure_image(*engine);
  ContainerSpec spec = full_spec();
  spec.image = declared(*parse_image_reference(image_name));
  // Nothing is started: the driver for a GPU, which this machine may not have, is looked for only then.
  const ApprovedSpec admitted = approved(spec);
  const json::object body = create_body(admitted.spec(), run_labels(), {}, dialect_of(engine->info()));
  const auto id = engine->create(admitted, run_labels(), {}, {20s});
  REQUIRE_MESSAGE(id, id.error().message);
  const Removal removal(*engine, *id);
  HttpClient client(sockets().at(0));
  const auto answer = client.exchange({"GET", fmt::format("/containers/{}/json", *id)}, {10s});
  REQUIRE(answer);
  const auto inspected = parse_object(answer->body, "inspect");
  REQUIRE(inspected);
  const json::object& config = inspected->at("Config").as_object();
  const json::object& host = inspected->at("HostConfig").as_object();
  for (const char* name : {"Image", "Entrypoint", "Cmd", "Env", "WorkingDir", "User", "Hostname", "Domainname",
                           "StopSignal", "StopTimeout", "Labels", "ExposedPorts", "OpenStdin", "StdinOnce", "Tty"}) {
    CAPTURE(name);
    // docker adds the image's own labels and variables and changes the order of maps.
    if (std::string_view(name) == "Labels" || std::string_view(name) == "Env") continue;
    CHECK(config.at(name) == body.at(name));
  }
  for (const auto& entry : body.at("Env").as_array()) {
    const auto& env = config.at("Env").as_array();
    CHECK(std::find(env.begin(), env.end(), entry) != env.end());
  }
  for (const auto& label : body.at("Labels").as_object()) CHECK(config.at("Labels").at(label.key()) == label.value());
  for (const auto& field : body.at("HostConfig").as_object()) {
    const std::string name(field.key());
    CAPTURE(name);
    if (name == "DeviceRequests") {
      CHECK(host.at(name).at(0).at("Count") == field.value().at(0).at("Count"));
    } else {
      CHECK(host.at(name) == field.value());
    }
  }
  CHECK(inspected->at("Mounts").as_array().size() == 4);
}

TEST_CASE("engine API: limits and isolation hold inside the container") {
  on_each_engine([](ApiEngine& engine) {
    ContainerSpec spec =
        spec_of({"sh", "-c",
                 "id -u; id -g; cat /proc/self/status | while read k v; do case $k in NoNewPrivs:|CapBnd:) "
                 "echo $k $v;; esac; done; echo > /probe || echo read-only; echo x > /scratch/x && echo scratch"});
    spec.user = declared(*parse_user("1234:1235"));
    spec.cap_drop = {declared(std::string("ALL"))};
    spec.no_new_privileges = declared(true);
    spec.readonly_rootfs = declared(true);
    spec.mounts = {declared(with(tmpfs_mount("/scratch"), &Mount::tmpfs_size, 1 << 20))};
    const Ended ended = run(engine, spec);
    CHECK(ended.output == "1234\n1235\nCapBnd: 0000000000000000\nNoNewPrivs: 1\nread-only\nscratch\n");
  });
}

TEST_CASE("engine API: a Dockerfile is built from its context, arguments, target and labels") {
  const fs::path folder = fs::temp_directory_path() / "skillrun-test-build";
  fs::remove_all(folder);
  fs::create_directories(folder / "data");
  std::ofstream(folder / "data/file") << "from the context";
  std::ofstream(folder / "data/left-out") << "secret";
  fs::create_symlink("/etc/passwd", folder / "data/link");
  std::ofstream(folder / ".dockerignore") << "data/left-out\n";
  std::ofstream(folder / "Containerfile") << "FROM " << image_name
                                          << " AS first\nARG WORD\nENV SEEN=$WORD\nCOPY data /data\nFROM first AS "
                                             "unwanted\nENV SEEN=wrong\n";
  on_each_engine([&folder](ApiEngine& engine) {
    BuildRequest request;
    request.dockerfile = "Containerfile";
    request.target = "first";
    request.args = {{"WORD", "a b"}};
    request.reference = "localhost/skillrun-test/built:1";
    request.labels = {{"skillrun.test", "built $x \"y\""}};
    std::vector<std::string> lines;
    const auto context = ContextSnapshot::take(folder.string(), request.dockerfile);
    REQUIRE(context);
    const auto built = engine.build_image(request, context->bytes(),
                                          [&lines](const ProgressEvent& event) { lines.push_back(event.text); }, {60s});
    REQUIRE_MESSAGE(built, built.error().message);
    CHECK_FALSE(lines.empty());
    ContainerSpec spec =
        spec_of({"sh", "-c", "echo $SEEN; cat /data/file; test -L /data/link && echo link; cat /data/left-out"});
    spec.image = declared(*parse_image_reference(request.reference));
    CHECK(run(engine, spec).output == "a b\nfrom the contextlink\n");
    const auto image = engine.inspect_image(request.reference, {10s});
    REQUIRE(image);
    REQUIRE(*image);
    const auto& labels = (*image)->labels;
    CHECK(std::ranges::find(labels, std::pair<std::string, std::string>("skillrun.test", "built $x \"y\"")) !=
          labels.end());

    std::ofstream(folder / "Broken") << "FROM " << image_name << "\nRUN exit 5\n";
    request.dockerfile = "Broken";
    request.target.clear();
    request.args.clear();
    request.reference = "localhost/skillrun-test/broken:1";
    const auto changed = ContextSnapshot::take(folder.string(), request.dockerfile);
    REQUIRE(changed);
    CHECK_FALSE(engine.build_image(request, changed->bytes(), {}, {60s}));
    const auto broken = engine.inspect_image(request.reference, {10s});
    REQUIRE(broken);
    CHECK_FALSE(*broken);
  });
  fs::remove_all(folder);
}

TEST_CASE("engine API: what cannot be pulled is an error with the engine's words") {
  on_each_engine([](ApiEngine& engine) {
    const auto pulled = engine.pull_image(*parse_image_reference("127.0.0.1:1/no/such:1"), std::nullopt, {}, {30s});
    REQUIRE_FALSE(pulled);
    CHECK(pulled.error().message.find("127.0.0.1:1") != std::string::npos);
  });
}

TEST_CASE("engine API: an image of another platform does not run as what was asked for") {
  on_each_engine([](ApiEngine& engine) {
    ContainerSpec spec = spec_of({"true"});
    spec.platform = declared(std::string("linux/s390x"));
    const auto id = engine.create(approved(spec), {}, {}, {20s});
    REQUIRE_FALSE(id);
    CHECK(id.error().kind == Kind::not_found);
  });
}

TEST_CASE("engine API: a bind whose source is missing fails unless it asks for it") {
  on_each_engine([](ApiEngine& engine) {
    const fs::path missing = fs::temp_directory_path() / "skillrun-test-missing";
    fs::remove_all(missing);
    ContainerSpec spec = spec_of({"true"});
    spec.mounts = {declared(bind_mount(missing.string(), "/x"))};
    const auto id = engine.create(approved(spec), {}, {}, {20s});
    CHECK_FALSE(id);
    CHECK_FALSE(fs::exists(missing));
  });
}
