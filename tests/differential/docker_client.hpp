#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "stub_engine.hpp"

namespace differential {

/// What the docker client made of a command line.
struct DockerAnswer {
  std::optional<Request> create;  ///< the create request that it posted; nothing: it refused the words
  int status = -1;                ///< exit status; -1: killed after the time limit
  std::string output;             ///< what it wrote, both streams
};

/// Runs the real docker client against a stub engine, in `folder`, with an environment that holds `environment` only.
/// Its standard input is a terminal, so that asking for one is not refused. One instance serves one thread.
class DockerClient {
 public:
  DockerClient(std::string program, std::string folder, std::string socket, std::vector<std::string> environment);
  DockerClient(const DockerClient&) = delete;
  DockerClient& operator=(const DockerClient&) = delete;
  ~DockerClient();

  /// `docker run WORDS...`. No word may hold a NUL.
  [[nodiscard]] DockerAnswer run(const std::vector<std::string>& words, const std::string& api_version);
  /// The version that client and stub agree on where the stub offers `api_version`: "1.41".
  [[nodiscard]] std::string agreed_version(const std::string& api_version);
  /// `docker WORDS...`: status and output only.
  [[nodiscard]] DockerAnswer plain(const std::vector<std::string>& words);

 private:
  DockerAnswer start(std::vector<std::string> argv);

  std::string program_;
  std::string folder_;
  std::vector<std::string> environment_;
  StubEngine stub_;
  std::string newest_version_;  ///< that the client knows; empty until it was asked
  int terminal_ = -1;
  int terminal_end_ = -1;
  std::chrono::seconds limit_{20};
};

/// The program that SKILLRUN_TEST_DOCKER names, otherwise the first `docker` in PATH; empty when there is none.
[[nodiscard]] std::string find_docker();

}  // namespace differential
