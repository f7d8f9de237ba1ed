#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "engine/api/dial.hpp"
#include "engine/cli/process.hpp"
#include "engine/log.hpp"
#include "engine/quiet_thread.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

using Kind = EngineError::Kind;

std::vector<std::string> ssh_words(const Endpoint& endpoint) {
  // -T: no terminal. BatchMode: there is nobody whom a password could be asked of.
  std::vector<std::string> words{"-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-T"};
  if (!endpoint.user.empty()) words.insert(words.end(), {"-l", endpoint.user});
  if (!endpoint.port.empty()) words.insert(words.end(), {"-p", endpoint.port});
  words.insert(words.end(), {"--", endpoint.host, "docker"});
  if (!endpoint.path.empty()) words.push_back("--host=unix://" + endpoint.path);
  words.insert(words.end(), {"system", "dial-stdio"});
  return words;
}

/// Logs what ssh says, line by line, until it has ended.
void watch(Process ssh, const UniqueFd& words) {
  std::string line;
  std::array<char, 1024> buffer;
  for (ssize_t got = 0; (got = ::read(words.get(), buffer.data(), buffer.size())) > 0;) {
    for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(got))) {
      if (c != '\n' && c != '\r' && line.size() < 1000) line += c;
      if (c != '\n') continue;
      log::warn("ssh: {}", printable(line));
      line.clear();
    }
  }
  if (!line.empty()) log::warn("ssh: {}", printable(line));
  static_cast<void>(ssh.wait(std::chrono::hours{24 * 365}));
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

}  // namespace

EngineResult<UniqueFd> dial_ssh(const Endpoint& endpoint,
                                const Deadline& /*deadline: ssh connects while it is asked*/) {
  const char* path = std::getenv("PATH");
  const auto program = find_program("ssh", path != nullptr ? path : "/usr/bin:/bin");
  if (!program) {
    return std::unexpected(EngineError{Kind::unavailable, "ssh is not installed (package openssh-client)"});
  }
  auto pair = make_socket_pair();
  if (!pair) return std::unexpected(pair.error());
  auto words = make_pipe();
  if (!words) return std::unexpected(words.error());
  ProcessRequest request;
  request.program = *program;
  request.arguments = ssh_words(endpoint);
  request.environment = whole_environment();
  request.input = request.output = pair->second.get();
  request.error = words->second.get();
  auto process = spawn(request);
  if (!process) return std::unexpected(process.error());
  run_in_background([ssh = std::make_shared<Process>(std::move(*process)),
                     said = std::make_shared<UniqueFd>(std::move(words->first))] { watch(std::move(*ssh), *said); });
  return std::move(pair->first);
}

}  // namespace skillrun
