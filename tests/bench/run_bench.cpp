// `true` in a busybox, four ways in turn: the clients of docker and podman, bare Engine API calls to docker,
// skillrun on docker. Prints medians and the
// ratios of skillrun to the others. Reads the engine's socket from SKILLRUN_TEST_DOCKER_SOCKET and the image from
// SKILLRUN_TEST_IMAGE (see scripts/test-engines). An argument is the number of rounds.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "program.hpp"

namespace {

using Clock = std::chrono::steady_clock;

void run_program(std::vector<std::string> words) { Program(std::move(words), -1, -1).finish(); }

/// The id in the answer to create.
std::string id_of(const std::string& answer) {
  const std::size_t begin = answer.find("\"Id\":\"") + 6;
  return answer.substr(begin, answer.find('"', begin) - begin);
}

void bare_calls(HttpClient& engine, const std::string& image) {
  const std::string id = id_of(engine.request(
      "POST", "/containers/create",
      "{\"Image\":\"" + image +
          "\",\"Cmd\":[\"true\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"LogConfig\":{\"Type\":\"none\"}}}"));
  engine.request("POST", "/containers/" + id + "/start");
  engine.request("POST", "/containers/" + id + "/wait");
  engine.request("DELETE", "/containers/" + id + "?v=1");
}

struct Way {
  std::string name;
  std::function<void()> once;
  std::vector<double> milliseconds{};

  [[nodiscard]] double median() {
    std::ranges::sort(milliseconds);
    return milliseconds[milliseconds.size() / 2];
  }
};

void measure(std::vector<Way>& ways, int rounds) {
  for (int round = -1; round < rounds; ++round) {
    for (Way& way : ways) {
      const auto before = Clock::now();
      way.once();
      // The first round warms caches up and does not count.
      if (round >= 0)
        way.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
    }
  }
}

void print(std::vector<Way>& ways) {
  std::cout << std::fixed << std::setprecision(1);
  for (Way& way : ways) std::cout << std::setw(24) << std::left << way.name << way.median() << " ms\n";
  std::cout << std::setprecision(2);
  const double skillrun = ways.back().median();
  for (std::size_t index = 0; index + 1 < ways.size(); ++index) {
    std::cout << "skillrun / " << ways[index].name << ": " << skillrun / ways[index].median() << '\n';
  }
}

int bench(int rounds) {
  const std::string socket = variable("SKILLRUN_TEST_DOCKER_SOCKET");
  const std::string image = variable("SKILLRUN_TEST_IMAGE");
  const BenchManifest manifest(image);
  HttpClient engine(socket);
  std::vector<Way> ways;
  ways.push_back(
      {"docker run --rm",
       [&] { run_program({"docker", "-H", "unix://" + socket, "run", "--rm", "--network", "none", image, "true"}); }});
  ways.push_back({"podman run --rm",
                  [&] { run_program({"podman", "run", "--rm", "--network", "none", "docker.io/" + image, "true"}); }});
  ways.push_back({"bare API calls", [&] { bare_calls(engine, image); }});
  ways.push_back({"skillrun", [&] {
                    run_program(
                        {SKILLRUN_PROGRAM, "--engine", "unix://" + socket, "-m", manifest.path(), "t", "--", "true"});
                  }});
  measure(ways, rounds);
  print(ways);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return bench(argc > 1 ? std::atoi(argv[1]) : 25);
  } catch (const std::exception& error) {
    std::cerr << "run_bench: " << error.what() << '\n';
    return 1;
  }
}
