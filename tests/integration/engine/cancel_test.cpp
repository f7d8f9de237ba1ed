// A run that is cancelled from another thread, at each of its stages and on all four paths: it ends soon, says so, and
// leaves no container, no image by halves, and no descriptor.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <semaphore>
#include <thread>

#include <skillrun/run.hpp>

#include "integration/engine/four_paths.hpp"
#include "integration/process.hpp"
#include "integration/registry_relay.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using integration::RegistryRelay;

namespace {

constexpr auto soon = 10s;

/// Cancels a run, in a thread of its own, once a stage is reached.
class Canceller {
 public:
  explicit Canceller(RunControl& control)
      : thread_([this, &control] {
          reached_.acquire();
          since_ = Clock::now();
          control.cancel();
        }) {}
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;
  ~Canceller() {
    reach();
    if (thread_.joinable()) thread_.join();
  }

  void reach() {
    if (!told_.exchange(true)) reached_.release();
  }
  /// The time since; the stage must have been reached.
  [[nodiscard]] Clock::duration passed() {
    CHECK(told_);
    reach();
    thread_.join();
    return Clock::now() - since_;
  }

 private:
  std::binary_semaphore reached_{0};
  std::atomic<bool> told_ = false;
  Clock::time_point since_;
  std::thread thread_;
};

/// Tells when a call is about to be made.
class Announcer final : public ForwardingEngine {
 public:
  using ForwardingEngine::ForwardingEngine;

  std::function<void()> before_create = [] {};
  std::function<void()> before_start = [] {};

  EngineResult<std::string> create(const ApprovedSpec& approved, const RunLabels& labels, const StartOptions& options,
                                   CallLimits limits) override {
    before_create();
    return ForwardingEngine::create(approved, labels, options, limits);
  }
  EngineResult<std::unique_ptr<AttachedContainer>> start(const std::string& id, const StartOptions& options,
                                                         CallLimits limits) override {
    before_start();
    return ForwardingEngine::start(id, options, limits);
  }
};

std::size_t descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

std::string containers(const Path& path, const std::vector<std::string>& options = {}) {
  std::vector<std::string> words{path.program(), "ps", "--all", "--quiet"};
  words.insert(words.end(), options.begin(), options.end());
  return integration::run({.argv = std::move(words)}).out;
}

/// podman leaves what a build worked in; its containers are not among those of runs.
void remove_unfinished_builds() {
  const Path podman{"podman-cli", true};
  (void)integration::run(integration::shell("podman rm --force $1", {containers(podman, {"--external"})}));
}

void forget(const Path& path, const std::string& image) {
  (void)integration::run({.argv = {path.program(), "rmi", "--force", image}});
}

ContainerSpec spec_of(const std::string& image, const std::string& script) {
  const auto reference = parse_image_reference(image);
  REQUIRE_MESSAGE(reference, "no test images: source <(scripts/test-engines start)");
  ContainerSpec spec;
  spec.skill = "test";
  spec.image = declared(*reference);
  for (const char* word : {"sh", "-c"}) spec.command.push_back(declared(std::string(word)));
  spec.command.push_back(declared(script));
  return spec;
}

struct Stage {
  Announcer& engine;
  RunOptions& options;
  RunIo& io;
  Canceller& canceller;
  std::shared_ptr<void>& prop;  ///< is there until the run is over
};

/// Runs; `arrange` sees to it that the canceller hears of the stage.
void check_cancelled(const Path& path, const ContainerSpec& spec, const std::function<void(Stage)>& arrange) {
  CAPTURE(path.name);
  const std::size_t before = descriptors();
  RunResult result;
  {
    const auto real = open(path);
    Announcer engine(*real);
    auto admitted = admit(*Policy::builtin("baseline"), spec, EngineHost(engine));
    REQUIRE(admitted);
    RunControl control;
    RunOptions options;
    RunIo io;
    Canceller canceller(control);
    std::shared_ptr<void> prop;
    arrange({engine, options, io, canceller, prop});
    result = execute(engine, *admitted, io, control, options);
    CAPTURE(result.message);
    CHECK(canceller.passed() < soon);
  }
  CHECK(result.status() == RunStatus::cancelled);
  CHECK_FALSE(result.message.empty());
  CHECK(descriptors() == before);
  // dockerd takes a moment to hear that nobody waits for a build any more.
  const auto until = Clock::now() + soon;
  while (!containers(path).empty() && Clock::now() < until) std::this_thread::sleep_for(50ms);
  CHECK(containers(path) == "");
}

const std::string busybox = variable("SKILLRUN_TEST_IMAGE");

}  // namespace

TEST_CASE("a run is cancelled while its image is pulled") {
  for (const Path& path : paths) {
    const std::string image = RegistryRelay::image();
    forget(path, image);
    check_cancelled(path, spec_of(image, "true"), [](const Stage& stage) {
      stage.prop = std::make_shared<RegistryRelay>(RegistryRelay::Fault::stall, 1,
                                                   [&canceller = stage.canceller] { canceller.reach(); });
    });
    const auto engine = open(path);
    const auto left = engine->images().inspect_image(image, {20s});
    REQUIRE(left);
    CHECK_FALSE(*left);
  }
}

TEST_CASE("a run is cancelled while its image is built") {
  const fs::path context = integration::new_folder();
  integration::write_file(context / "Dockerfile", "FROM " + busybox + "\nRUN echo 'star''ted'; exec sleep 20\n");
  const std::string image = "skillrun-test/never-built:1";
  for (const Path& path : paths) {
    ContainerSpec spec = spec_of(image, "true");
    // The context is the manifest's own folder: another one would have to be granted.
    spec.source = std::make_shared<const SourceText>(SourceText{context / "skills.toml", context, {}});
    spec.build = declared(BuildRecipe{
        .packages = {}, .context = ContextRecipe{.context = context, .dockerfile = {}, .target = {}, .args = {}}});
    check_cancelled(path, spec, [](const Stage& stage) {
      stage.options.progress = [&canceller = stage.canceller](const ProgressEvent& event) {
        if (event.text.find("started") != std::string::npos) canceller.reach();  // said by the step, not by its text
      };
    });
  }
  fs::remove_all(context);
  remove_unfinished_builds();
}

TEST_CASE("a run is cancelled while its container is created") {
  for (const Path& path : paths) {
    check_cancelled(path, spec_of(busybox, "sleep 60"), [](const Stage& stage) {
      stage.engine.before_create = [&canceller = stage.canceller] { canceller.reach(); };
    });
  }
}

TEST_CASE("a run is cancelled while its container is started") {
  for (const Path& path : paths) {
    check_cancelled(path, spec_of(busybox, "sleep 60"), [](const Stage& stage) {
      stage.engine.before_start = [&canceller = stage.canceller] { canceller.reach(); };
    });
  }
}

TEST_CASE("a run is cancelled while the skill runs, whatever the skill thinks of signals") {
  for (const Path& path : paths) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    std::thread reader;
    check_cancelled(path, spec_of(busybox, "trap '' INT TERM; echo ready; while :; do sleep 1; done"),
                    [&](const Stage& stage) {
                      stage.io.output = pipe[1];
                      reader = std::thread([&canceller = stage.canceller, from = pipe[0]] {
                        std::array<char, 16> bytes{};
                        if (::read(from, bytes.data(), bytes.size()) > 0) canceller.reach();
                      });
                    });
    ::close(pipe[1]);
    reader.join();
    ::close(pipe[0]);
  }
}
