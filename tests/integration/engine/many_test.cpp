// The library from many threads at once: every run gives its own result, the threads get a fair share each, and nothing
// is left behind: no container, descriptor, thread or memory. SKILLRUN_TEST_RUNS says how many runs (default 160), 16
// at a time.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <skillrun/run.hpp>

#include "engine/docker/api/api_engine.hpp"
#include "support/read_file.hpp"

using namespace skillrun;
using namespace std::chrono_literals;

namespace {

constexpr int workers = 16;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::size_t entries_of(const char* folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

/// VmRSS or VmHWM of this process in KiB.
long memory(const std::string& what) {
  const std::string status = read_file("/proc/self/status", 65536).value_or("");
  const std::size_t at = status.find(what + ":");
  return at == std::string::npos ? 0 : std::strtol(status.c_str() + at + what.size() + 1, nullptr, 10);
}

template <class T>
Setting<T> declared(T value, std::string field) {
  return {std::move(value), {.kind = OriginKind::manifest, .field = std::move(field), .span = {}, .text = {}}};
}

/// Prints its own number and reads it back from its input's end, so that mixed-up streams show.
ContainerSpec numbered(int number) {
  ContainerSpec spec;
  spec.skill = "many";
  spec.image = declared(*parse_image_reference(variable("SKILLRUN_TEST_IMAGE")), "docker.image");
  spec.pull = declared(PullPolicy::never, "docker.pull");
  for (std::string word : {std::string("sh"), std::string("-c"),
                           "echo out " + std::to_string(number) + "; echo err " + std::to_string(number) +
                               " >&2; exit " + std::to_string(number % 100)}) {
    spec.command.push_back(declared(std::move(word), "docker.command"));
  }
  return spec;
}

std::unique_ptr<Engine> open_engine() {
  auto engine = ApiEngine::open(variable("SKILLRUN_TEST_DOCKER_SOCKET"), {20s});
  REQUIRE_MESSAGE(engine, engine.error().message);
  return std::move(*engine);
}

/// What is wrong with the result of a run; empty when nothing is.
std::string fault_of(const RunResult& result, int number) {
  const std::string text = std::to_string(number);
  if (result.status() != RunStatus::exited) return "run " + text + ": " + result.message;
  if (result.exit_code() != number % 100) return "run " + text + " ended with " + std::to_string(result.exit_status());
  if (result.output.captured != "out " + text + "\n") return "run " + text + " printed " + result.output.captured;
  if (result.error.captured != "err " + text + "\n") return "run " + text + " complained " + result.error.captured;
  return {};
}

struct Worker {
  int runs = 0;
  std::vector<std::string> faults;
};

void work(Worker& self, std::atomic<int>& next, int total) {
  const auto engine = open_engine();
  for (int number = next++; number < total; number = next++) {
    auto admitted = admit(*Policy::builtin("baseline"), numbered(number), EngineHost(*engine));
    if (!admitted) {
      self.faults.push_back("run " + std::to_string(number) + " was refused");
      continue;
    }
    RunControl control;
    const RunIo io{.input = -1, .output = -1, .error = -1, .capture = true};
    const RunResult result = execute(*engine, *admitted, io, control);
    ++self.runs;
    if (std::string fault = fault_of(result, number); !fault.empty()) self.faults.push_back(std::move(fault));
  }
}

void run_all(std::array<Worker, workers>& team, int total) {
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (Worker& worker : team) threads.emplace_back([&] { work(worker, next, total); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("many runs at a time keep apart, share fairly, and leave nothing") {
  REQUIRE_MESSAGE(!variable("SKILLRUN_TEST_DOCKER_SOCKET").empty(),
                  "no socket of a test engine: source <(scripts/test-engines start)");
  const std::string wanted = variable("SKILLRUN_TEST_RUNS");
  const int total = wanted.empty() ? 160 : std::atoi(wanted.c_str());
  {
    std::array<Worker, workers> warm_up;
    run_all(warm_up, workers);
  }
  const std::size_t descriptors = entries_of("/proc/self/fd");
  const std::size_t threads = entries_of("/proc/self/task");
  const long before = memory("VmRSS");

  std::array<Worker, workers> team;
  const auto begin = std::chrono::steady_clock::now();
  run_all(team, total);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  int done = 0;
  int least = total;
  int most = 0;
  for (const Worker& worker : team) {
    for (const std::string& fault : worker.faults) FAIL_CHECK(fault);
    done += worker.runs;
    least = std::min(least, worker.runs);
    most = std::max(most, worker.runs);
  }
  CHECK(done == total);
  // A thread that starves would have none or few.
  CHECK(least * 3 >= most);
  CHECK(entries_of("/proc/self/fd") == descriptors);
  CHECK(entries_of("/proc/self/task") == threads);
  const long grown = memory("VmRSS") - before;
  CHECK(grown < 8192);
  const auto engine = open_engine();
  const auto left = engine->containers().find_containers("skillrun.run", {20s});
  REQUIRE(left);
  CHECK(left->empty());
  MESSAGE(total << " runs, " << workers << " at a time: " << seconds << " s, " << least << " to " << most
                << " for each thread; memory grew by " << grown << " KiB to at most " << memory("VmHWM") << " KiB");
}
