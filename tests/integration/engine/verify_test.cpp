// The verification before the start against real engines, on all four paths: what they make of a spec is accepted, and
// an engine that makes something else is refused. SKILLRUN_CAPTURE_INSPECT=FOLDER writes the answers that the unit
// tests read.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include <skillrun/run.hpp>

#include "engine/docker/docker_engine.hpp"
#include "integration/engine/four_paths.hpp"
#include "run/verify.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Forwards everything to a real engine but for what a test wants to go wrong.
class Meddler final : public ForwardingEngine {
 public:
  using ForwardingEngine::ForwardingEngine;

  std::function<void(ContainerSpec&)> before_create;  ///< changes what the engine is told
  std::function<void()> after_create;
  std::function<void(ImageInfo&)> on_image;
  std::vector<std::string> created;
  bool started = false;

  EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference, CallLimits limits) override {
    auto image = ForwardingEngine::inspect_image(reference, limits);
    if (image && *image && on_image) on_image(**image);
    return image;
  }
  EngineResult<std::string> create(const ApprovedSpec& approved_spec, const RunLabels& labels,
                                   const StartOptions& options, CallLimits limits) override {
    ContainerSpec spec = approved_spec.spec();
    if (before_create) before_create(spec);
    auto id = ForwardingEngine::create(approved(std::move(spec)), labels, options, limits);
    if (id) created.push_back(*id);
    if (after_create) after_create();
    return id;
  }
  EngineResult<std::unique_ptr<AttachedContainer>> start(const std::string& id, const StartOptions& options,
                                                         CallLimits limits) override {
    started = true;
    return ForwardingEngine::start(id, options, limits);
  }
};

/// A folder of this machine with a file in it.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("skillrun-verify-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "shown");
    fs::create_directories(path_ / "hidden");
    std::ofstream(path_ / "shown/file") << "shown\n";
    std::ofstream(path_ / "hidden/file") << "hidden\n";
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

ContainerSpec plain(std::vector<std::string> command = {"true"}) {
  ContainerSpec spec;
  spec.skill = "test";
  spec.image = declared(*parse_image_reference(variable("SKILLRUN_TEST_IMAGE")));
  for (std::string& word : command) spec.command.push_back(declared(std::move(word)));
  return spec;
}

void remove_volumes(const Path& path) {
  const std::string command = fmt::format(
      "{0} volume rm $({0} volume ls --quiet --filter name=skillrun-test-volume) >/dev/null 2>&1", path.program());
  [[maybe_unused]] const int status = std::system(command.c_str());
}

RunResult run(Engine& engine, const ContainerSpec& spec) {
  auto admitted = admit(*Policy::builtin("baseline"), spec, EngineHost(engine));
  REQUIRE(admitted);
  RunControl control;
  const RunIo io{.input = -1, .output = -1, .error = -1, .capture = true};
  return execute(engine, *admitted, io, control);
}

std::string messages(const RunResult& result) {
  std::string text = result.message;
  for (const Finding& finding : result.findings) {
    if (finding.severity == Severity::error) text += "\n" + finding.rule + " " + finding.field + ": " + finding.message;
  }
  return text;
}

/// A run whose engine was told `meddle`d must be refused, and nothing may be left of it.
void check_refused(const Path& path, const ContainerSpec& spec, const std::string& words,
                   const std::function<void(Meddler&)>& arrange) {
  CAPTURE(path.name);
  const auto engine = open(path);
  Meddler meddler(*engine);
  arrange(meddler);
  const RunResult result = run(meddler, spec);
  CAPTURE(messages(result));
  CHECK(result.status() == RunStatus::refused);
  CHECK(result.exit_status() == 126);
  CHECK(messages(result).find(words) != std::string::npos);
  CHECK_FALSE(meddler.started);
  REQUIRE(meddler.created.size() == 1);
  const auto left = engine->containers().inspect(meddler.created.front(), {20s});
  REQUIRE_FALSE(left);
  CHECK(left.error().kind == EngineError::Kind::not_found);
}

}  // namespace

TEST_CASE("what an engine makes of a plain, a full and a rare spec is what was approved") {
  const std::string folder = variable("SKILLRUN_CAPTURE_INSPECT");
  for (const Path& path : paths) {
    const auto engine = open(path);
    for (const std::string which : {"plain", "full", "rare"}) {
      CAPTURE(path.name);
      CAPTURE(which);
      ContainerSpec wanted = which == "plain"  ? plain()
                             : which == "full" ? full_spec_for(path.podman)
                                               : rare_spec_for(path.podman, path.name.ends_with("-api"));
      wanted.image = plain().image;
      const ApprovedSpec spec = approved(std::move(wanted));
      const auto image = engine->images().inspect_image(spec.spec().image.value.familiar(), {20s});
      REQUIRE(image);
      REQUIRE(*image);
      const auto id = engine->containers().create(spec, run_labels(), {}, {20s});
      REQUIRE_MESSAGE(id, id.error().message);
      const auto made = engine->containers().observe(*id, {.spec = spec.spec()}, {20s});
      if (!folder.empty()) {
        const auto text = dynamic_cast<DockerEngine&>(*engine).describe(*id, {20s});
        REQUIRE(text);
        std::ofstream(folder + "/" + path.name + "-" + which + ".json") << *text;
      }
      const auto removed = engine->containers().remove(*id, {20s});
      CHECK(removed);
      remove_volumes(path);
      REQUIRE_MESSAGE(made, made.error().message);
      const RunLabels labels = run_labels();
      const Order order{.spec = spec.spec(), .image = **image, .labels = labels};
      for (const Difference& difference : find_differences(order, *made)) {
        FAIL_CHECK(difference.field << ": approved " << difference.approved << ", made " << difference.made);
      }
    }
  }
}

TEST_CASE("an engine that adds, drops or exchanges something is refused on every path") {
  const Folder folder;
  const auto bind = [&](const char* name, bool read_only) {
    return declared(with(bind_mount(folder / name, "/data"), &Mount::read_only, read_only));
  };
  ContainerSpec with_bind = plain();
  with_bind.mounts = {bind("shown", true)};
  for (const Path& path : paths) {
    const auto told = [&](const ContainerSpec& spec, const std::string& words,
                          std::function<void(ContainerSpec&)> change) {
      check_refused(path, spec, words, [&](Meddler& meddler) { meddler.before_create = std::move(change); });
    };
    told(plain(), "privileged was to be none, but is true", [](auto& spec) { spec.privileged = declared(true); });
    told(plain(), "mounts was to be none, but is bind", [&](auto& spec) { spec.mounts = {bind("hidden", true)}; });
    told(with_bind, "but is none", [&](auto& spec) { spec.mounts.clear(); });
    told(with_bind, "hidden at /data", [&](auto& spec) { spec.mounts = {bind("hidden", true)}; });
    told(with_bind, "read-only, but is bind", [&](auto& spec) { spec.mounts = {bind("shown", false)}; });
    told(with_bind, "but is none", [&](auto& spec) { spec.mounts.front().value.target = "/other"; });
    told(plain(), "network_mode was to be none, but is host",
         [](auto& spec) { spec.network_mode = declared(NetworkMode{NetworkKind::host, ""}); });
    told(plain(), "SYS_ADMIN", [](auto& spec) { spec.cap_add = {declared(std::string("SYS_ADMIN"))}; });
    told(plain(), "devices was to be none",
         [](auto& spec) { spec.devices = {declared(Device{"/dev/zero", "/dev/zero", "rwm"})}; });
    told(plain(), "seccomp=unconfined",
         [](auto& spec) { spec.security_opt = {declared(std::string("seccomp=unconfined"))}; });
    told(plain(), "group_add", [](auto& spec) { spec.group_add = {declared(std::string("0"))}; });
    told(plain(), "user was to be", [](auto& spec) { spec.user = declared(*parse_user("1000:1000")); });
    told(plain(), "was to be [true], but is [false]", [](auto& spec) { spec.command.front().value = "false"; });
    told(plain(), "entrypoint", [](auto& spec) { spec.entrypoint = declared(std::string("/bin/busybox")); });
    told(plain(), "working_dir", [](auto& spec) { spec.working_dir = declared(std::string("/tmp")); });
    told(plain(), "extra_hosts", [](auto& spec) { spec.extra_hosts = {declared(ExtraHost{"db", "192.0.2.1"})}; });
    ContainerSpec strict = plain();
    strict.cap_drop = {declared(std::string("ALL"))};
    strict.no_new_privileges = declared(true);
    strict.readonly_rootfs = declared(true);
    strict.memory = declared(std::int64_t{64} << 20);
    strict.nano_cpus = declared(std::int64_t{500'000'000});
    strict.pids_limit = declared(std::int64_t{64});
    strict.ulimits = {declared(Ulimit{"nofile", 64, 64})};
    strict.env = {declared(EnvironmentEntry{"A", "right"})};
    told(strict, "cap_drop", [](auto& spec) { spec.cap_drop.clear(); });
    told(strict, "no_new_privileges", [](auto& spec) { spec.no_new_privileges.reset(); });
    told(strict, "readonly_rootfs", [](auto& spec) { spec.readonly_rootfs.reset(); });
    told(strict, "memory was to be 67108864, but is none", [](auto& spec) {
      spec.memory.reset();
      spec.memory_swap.reset();
    });
    told(strict, "nano_cpus", [](auto& spec) { spec.nano_cpus.reset(); });
    told(strict, "pids_limit was to be 64", [](auto& spec) { spec.pids_limit->value = 2048; });
    told(strict, "ulimits", [](auto& spec) { spec.ulimits.clear(); });
    told(strict, "env was to be A", [](auto& spec) { spec.env.front().value.value = "wrong"; });
  }
}

TEST_CASE("an image whose tag was moved after it was looked at is refused") {
  for (const Path& path : paths) {
    check_refused(path, plain(), "image was to be sha256:0", [](Meddler& meddler) {
      meddler.on_image = [](ImageInfo& image) { image.id = "sha256:" + std::string(64, '0'); };
    });
  }
}

TEST_CASE("a bind source that becomes a symlink between the judgement and the start is refused") {
  for (const Path& path : paths) {
    const Folder folder;
    ContainerSpec spec = plain({"cat", "/data/file"});
    spec.mounts = {declared(bind_mount(folder / "shown", "/data"))};
    CAPTURE(path.name);
    const auto engine = open(path);
    const RunResult honest = run(*engine, spec);
    CAPTURE(messages(honest));
    CHECK(honest.output.captured == "shown\n");
    check_refused(path, spec, "was moved while the container was made: it leads to", [&](Meddler& meddler) {
      meddler.after_create = [&] {
        fs::rename(folder / "shown", folder / "moved");
        fs::create_directory_symlink(folder / "hidden", folder / "shown");
      };
    });
  }
}
