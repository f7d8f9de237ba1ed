// `true` in a busybox, three ways in turn: the docker client, bare Engine API calls, skillrun. Prints medians and the
// ratios of skillrun to the others. Reads the engine's socket from SKILLRUN_TEST_DOCKER_SOCKET and the image from
// SKILLRUN_TEST_IMAGE (see scripts/test-engines). An argument is the number of rounds.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "http_client.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace {

using Clock = std::chrono::steady_clock;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: source <(scripts/test-engines start)");
  return value;
}

void run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  pid_t child = -1;
  const int failure = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failure != 0 || ::waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error(words[0] + " failed");
}

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
  const std::filesystem::path manifest =
      std::filesystem::temp_directory_path() / ("skillrun-bench." + std::to_string(::getpid()) + ".toml");
  std::ofstream(manifest) << "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"" << image
                          << "\"\nmemory = \"64m\"\ncpus = \"1\"\n";
  HttpClient engine(socket);
  std::vector<Way> ways;
  ways.push_back(
      {"docker run --rm",
       [&] { run_program({"docker", "-H", "unix://" + socket, "run", "--rm", "--network", "none", image, "true"}); }});
  ways.push_back({"bare API calls", [&] { bare_calls(engine, image); }});
  ways.push_back({"skillrun", [&] {
                    run_program({SKILLRUN_PROGRAM, "--engine", "unix://" + socket, "-m", manifest, "t", "--", "true"});
                  }});
  measure(ways, rounds);
  print(ways);
  std::filesystem::remove(manifest);
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
