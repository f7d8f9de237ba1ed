#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "engine/command.hpp"
#include "engine/log.hpp"
#include "engine/quiet_thread.hpp"
#include "engine/wire/dial.hpp"
#include "support/process/find_program.hpp"
#include "support/process/pipe.hpp"
#include "support/process/spawn.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

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

/// The lines that a program writes, for the log.
class Words {
 public:
  explicit Words(UniqueFd from) : from_(std::move(from)) { set_nonblocking(from_.get()); }

  [[nodiscard]] int fd() const noexcept { return from_.get(); }
  /// What there is by now; false at the end.
  [[nodiscard]] bool take() {
    std::array<char, 1024> buffer;
    ssize_t got = 0;
    while ((got = ::read(from_.get(), buffer.data(), buffer.size())) > 0) {
      for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(got))) add(c);
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
  void finish_line() {
    if (!line_.empty()) log::warn("ssh: {}", printable(line_));
    line_.clear();
  }

 private:
  void add(char c) {
    if (c == '\n') return finish_line();
    if (c != '\r' && line_.size() < 1000) line_ += c;
  }

  UniqueFd from_;
  std::string line_;
};

/// Logs what ssh says. `connection` is the end that ssh has too: held until ssh has ended and its words are logged, so
/// that whoever finds the connection closed has been told why. A process that ssh leaves behind may keep the words
/// open.
void watch(Process ssh, Words words, UniqueFd connection) {
  for (bool open = true; open;) {
    std::array<pollfd, 2> entries{
        {{words.fd(), POLLIN, 0}, {connection ? ssh.pidfd() : -1, POLLIN, 0}}};  // each is told once
    if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) break;
    if (entries[0].revents != 0 || entries[1].revents != 0) open = words.take();
    if (entries[1].revents == 0) continue;
    words.finish_line();
    connection.reset();
  }
  words.finish_line();
  connection.reset();
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
  if (!words) return std::unexpected(engine_error(words.error()));
  ProcessRequest request;
  request.program = *program;
  request.arguments = ssh_words(endpoint);
  request.environment = whole_environment();
  request.input = request.output = pair->second.get();
  request.error = words->second.get();
  auto process = spawn(request);
  if (!process) return std::unexpected(engine_error(process.error()));
  run_in_background([ssh = std::make_shared<Process>(std::move(*process)),
                     said = std::make_shared<Words>(std::move(words->first)),
                     connection = std::make_shared<UniqueFd>(std::move(pair->second))] {
    watch(std::move(*ssh), std::move(*said), std::move(*connection));
  });
  return std::move(pair->first);
}

}  // namespace skillrun::inline v0
