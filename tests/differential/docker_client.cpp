#include "docker_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

namespace differential {

namespace {

constexpr std::size_t most_output = 16 * 1024;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::string content_of(int fd) {
  std::string text(most_output, '\0');
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

/// Waits for the child and reaps it; kills it when the time is over. Its exit status, or -1.
int wait_for(pid_t child, std::chrono::milliseconds limit) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd polled{fd, POLLIN, 0};
  const bool ended = fd >= 0 && ::poll(&polled, 1, static_cast<int>(limit.count())) == 1;
  if (!ended) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (fd >= 0) ::close(fd);
  return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

DockerClient::DockerClient(std::string program, std::string folder, std::string socket,
                           std::vector<std::string> environment)
    : program_(std::move(program)),
      folder_(std::move(folder)),
      environment_(std::move(environment)),
      stub_(std::move(socket)) {
  terminal_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::array<char, 128> name{};
  if (terminal_ < 0 || ::grantpt(terminal_) != 0 || ::unlockpt(terminal_) != 0 ||
      ::ptsname_r(terminal_, name.data(), name.size()) != 0) {
    throw std::runtime_error("no terminal can be made");
  }
  terminal_end_ = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal_end_ < 0) throw std::runtime_error(fmt::format("{}: {}", name.data(), std::strerror(errno)));
}

DockerClient::~DockerClient() {
  ::close(terminal_);
  ::close(terminal_end_);
}

DockerAnswer DockerClient::start(std::vector<std::string> argv) {
  const int output = ::memfd_create("docker-output", MFD_CLOEXEC);
  if (output < 0) throw std::runtime_error("no memory file can be made");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, terminal_end_, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, 1);
  ::posix_spawn_file_actions_adddup2(&actions, output, 2);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
  const auto words = pointers(argv);
  const auto variables = pointers(environment_);
  pid_t child = -1;
  const int failed = ::posix_spawn(&child, program_.c_str(), &actions, nullptr, words.data(), variables.data());
  ::posix_spawn_file_actions_destroy(&actions);
  DockerAnswer answer;
  if (failed == 0) {
    answer.status = wait_for(child, limit_);
    answer.output = content_of(output);
  }
  ::close(output);
  if (failed != 0) throw std::runtime_error(fmt::format("{}: {}", program_, std::strerror(failed)));
  return answer;
}

DockerAnswer DockerClient::run(const std::vector<std::string>& words, const std::string& api_version) {
  stub_.set_api_version(api_version);
  std::vector<std::string> argv{"docker", "-H", "unix://" + stub_.socket(), "run"};
  argv.insert(argv.end(), words.begin(), words.end());
  DockerAnswer answer = start(std::move(argv));
  auto requests = stub_.take();
  if (!requests.empty()) answer.create = std::move(requests.front());
  return answer;
}

DockerAnswer DockerClient::plain(const std::vector<std::string>& words) {
  std::vector<std::string> argv{"docker"};
  argv.insert(argv.end(), words.begin(), words.end());
  return start(std::move(argv));
}

std::string DockerClient::agreed_version(const std::string& api_version) {
  if (newest_version_.empty()) {
    stub_.set_api_version("1.99");
    newest_version_ = plain({"-H", "unix://" + stub_.socket(), "version", "--format", "{{.Client.APIVersion}}"}).output;
    newest_version_.erase(std::min(newest_version_.find('\n'), newest_version_.size()));
  }
  // 1.24 to 1.99: as texts of one length they sort as numbers.
  return std::min(newest_version_, api_version);
}

std::string find_docker() {
  if (const char* named = std::getenv("SKILLRUN_TEST_DOCKER"); named != nullptr && *named != '\0') return named;
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const std::size_t colon = folders.find(':');
    const std::string file = folders.substr(0, colon) + "/docker";
    if (::access(file.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(file)) return file;
    folders = colon == std::string::npos ? std::string() : folders.substr(colon + 1);
  }
  return {};
}

}  // namespace differential
