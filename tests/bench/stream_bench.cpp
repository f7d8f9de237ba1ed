// How fast a skill's output and input flow: docker's client with its usual log and without one, the bare API, skillrun.
// Prints MB/s, the most memory that each program had, and ratios. Reads the engine's socket from
// SKILLRUN_TEST_DOCKER_SOCKET and the image from SKILLRUN_TEST_IMAGE (see scripts/test-engines). An argument is the
// amount in MiB.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "http_client.hpp"
#include "program.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t piece = std::size_t{256} << 10;
constexpr std::size_t frame_head = 8;

struct Flow {
  double megabytes_per_second = 0;
  long kibibytes = 0;  ///< 0: not measured
};

/// Reads to the end; the number of bytes.
std::size_t drain(int fd) {
  static std::array<char, piece> buffer;
  std::size_t total = 0;
  for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;) total += static_cast<std::size_t>(got);
  return total;
}

void fill(int fd, std::size_t bytes) {
  static const std::array<char, piece> buffer{};
  while (bytes > 0) {
    const ssize_t sent = ::write(fd, buffer.data(), std::min(bytes, buffer.size()));
    if (sent <= 0) throw std::runtime_error("nobody takes the input");
    bytes -= static_cast<std::size_t>(sent);
  }
}

Flow flow(std::size_t bytes, Clock::time_point begin, long memory) {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return {.megabytes_per_second = static_cast<double>(bytes) / 1e6 / seconds, .kibibytes = memory};
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_write();
    ::close(read);
  }
  void close_write() {
    if (write >= 0) ::close(write);
    write = -1;
  }
  int read = -1;
  int write = -1;
};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Flow output_of(const std::vector<std::string>& words, std::size_t bytes) {
  Pipe pipe;
  const auto begin = Clock::now();
  Program program(with(words, {"head", "-c", std::to_string(bytes), "/dev/zero"}), -1, pipe.write);
  pipe.close_write();
  if (drain(pipe.read) != bytes) throw std::runtime_error(words[0] + ": output is missing");
  return flow(bytes, begin, program.finish());
}

Flow input_of(const std::vector<std::string>& words, std::size_t bytes) {
  Pipe input;
  Pipe output;
  const auto begin = Clock::now();
  Program program(with(words, {"wc", "-c"}), input.read, output.write);
  output.close_write();
  std::thread writer([&] {
    fill(input.write, bytes);
    input.close_write();
  });
  std::array<char, 64> count{};
  const ssize_t got = ::read(output.read, count.data(), count.size() - 1);
  writer.join();
  const long memory = program.finish();
  if (got <= 0 || std::strtoull(count.data(), nullptr, 10) != bytes) {
    throw std::runtime_error(words[0] + ": input is missing");
  }
  return flow(bytes, begin, memory);
}

/// create, attach, start, and the bytes as they come: the floor.
Flow bare(const std::string& socket, const std::string& image, const std::string& command, bool with_input,
          std::size_t bytes) {
  const auto begin = Clock::now();
  HttpClient engine(socket);
  const std::string created = engine.request(
      "POST", "/containers/create",
      R"({"Image":")" + image + R"(","Cmd":)" + command + (with_input ? R"(,"OpenStdin":true,"StdinOnce":true)" : "") +
          R"(,"HostConfig":{"NetworkMode":"none","Memory":67108864,"NanoCpus":1000000000,"LogConfig":{"Type":"none"}}})");
  const std::size_t at = created.find("\"Id\":\"") + 6;
  const std::string id = created.substr(at, created.find('"', at) - at);
  const std::string target =
      "/containers/" + id + "/attach?stream=1&stdout=1&stderr=1&stdin=" + (with_input ? "1" : "0");
  HttpClient stream(socket);
  const int fd = stream.upgrade(target);
  engine.request("POST", "/containers/" + id + "/start");
  std::thread writer;
  if (with_input) {
    writer = std::thread([&] {
      fill(fd, bytes);
      ::shutdown(fd, SHUT_WR);
    });
  }
  const std::size_t came = drain(fd);
  if (writer.joinable()) writer.join();
  if (came < (with_input ? frame_head : bytes)) throw std::runtime_error("bare API: output is missing");
  engine.request("DELETE", "/containers/" + id + "?v=1&force=1");
  return flow(bytes, begin, 0);
}

struct Way {
  std::string name;
  std::function<Flow()> once;
};

void compare(const std::string& title, const std::vector<Way>& ways) {
  std::cout << title << '\n';
  std::vector<Flow> flows;
  for (const Way& way : ways) {
    flows.push_back(way.once());
    std::cout << "  " << std::setw(32) << std::left << way.name << std::fixed << std::setprecision(0) << std::right
              << std::setw(6) << flows.back().megabytes_per_second << " MB/s";
    if (flows.back().kibibytes > 0) std::cout << std::setw(8) << flows.back().kibibytes << " KiB";
    std::cout << '\n';
  }
  for (std::size_t i = 0; i + 1 < ways.size(); ++i) {
    std::cout << "  skillrun / " << ways[i].name << ": " << std::setprecision(2)
              << flows.back().megabytes_per_second / flows[i].megabytes_per_second << '\n';
  }
}

int bench(std::size_t bytes) {
  const std::string socket = variable("SKILLRUN_TEST_DOCKER_SOCKET");
  const std::string image = variable("SKILLRUN_TEST_IMAGE");
  const BenchManifest manifest(image);
  const std::vector<std::string> docker{"docker",    "-H",   "unix://" + socket, "run", "--rm",   "-i",
                                        "--network", "none", "--memory",         "64m", "--cpus", "1"};
  const std::vector<std::string> logged = with(docker, {image});
  const std::vector<std::string> unlogged = with(docker, {"--log-driver", "none", image});
  const std::vector<std::string> skillrun{
      SKILLRUN_PROGRAM, "--engine", "unix://" + socket, "-m", manifest.path(), "t", "--"};
  const std::string head = R"(["head","-c",")" + std::to_string(bytes) + R"(","/dev/zero"])";
  compare("output, " + std::to_string(bytes >> 20) + " MiB",
          {{"docker run", [&] { return output_of(logged, bytes); }},
           {"docker run --log-driver none", [&] { return output_of(unlogged, bytes); }},
           {"bare API attach", [&] { return bare(socket, image, head, false, bytes); }},
           {"skillrun", [&] { return output_of(skillrun, bytes); }}});
  compare("input, " + std::to_string(bytes >> 20) + " MiB",
          {{"docker run", [&] { return input_of(logged, bytes); }},
           {"docker run --log-driver none", [&] { return input_of(unlogged, bytes); }},
           {"bare API attach", [&] { return bare(socket, image, R"(["wc","-c"])", true, bytes); }},
           {"skillrun", [&] { return input_of(skillrun, bytes); }}});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return bench((argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 256) << 20);
  } catch (const std::exception& error) {
    std::cerr << "stream_bench: " << error.what() << '\n';
    return 1;
  }
}
