#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/process/pipe.hpp"
#include "support/process/spawn.hpp"

namespace skillrun::test {

inline ProcessRequest program(std::string path, std::vector<std::string> arguments = {}) {
  ProcessRequest request;
  request.program = std::move(path);
  request.arguments = std::move(arguments);
  request.environment = {"PATH=/usr/bin:/bin"};
  return request;
}

inline ProcessRequest shell(std::string script) { return program("/bin/sh", {"-c", std::move(script)}); }

struct Outcome {
  int status = 0;
  std::string output;
};

/// Runs it to its end.
inline Outcome finish(ProcessRequest request) {
  auto pipe = make_pipe();
  REQUIRE(pipe);
  request.output = pipe->second.get();
  auto process = spawn(request);
  REQUIRE(process);
  pipe->second.reset();
  Outcome outcome;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(pipe->first.get(), buffer.data(), buffer.size())) > 0;) {
    outcome.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  outcome.status = process->wait(std::chrono::seconds{30}).value_or(-1);
  return outcome;
}

/// How many descriptors this process has below 256.
inline int open_descriptors() {
  int open = 0;
  for (int fd = 0; fd < 256; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return open;
}

}  // namespace skillrun::test
