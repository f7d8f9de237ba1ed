#include "integration/job_terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace integration {

JobTerminal::JobTerminal(const Command& command, const std::string& line) {
  std::vector<std::string> words = command.argv;
  words.insert(words.begin(), {"/bin/bash", "-c", "set -m\n" + line, "bash"});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const winsize size{33, 111, 0, 0};
  shell_ = ::forkpty(&master_, nullptr, nullptr, &size);
  if (shell_ == 0) {
    for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (command.directory.empty() || ::chdir(command.directory.c_str()) == 0) ::execv(pointers[0], pointers.data());
    ::_exit(99);
  }
}

JobTerminal::~JobTerminal() {
  hang_up();
  ::kill(shell_, SIGKILL);
  ::waitpid(shell_, nullptr, 0);
}

void JobTerminal::type(std::string_view keys) const { CHECK(::write(master_, keys.data(), keys.size()) > 0); }

void JobTerminal::resize(int rows, int columns) const {
  const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
  CHECK(::ioctl(master_, TIOCSWINSZ, &size) == 0);
}

bool JobTerminal::echoes() const {
  termios settings{};
  return ::tcgetattr(master_, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
}

const std::string& JobTerminal::until(std::string_view text) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds{20};
  std::array<char, 4096> buffer{};
  while (!shown_.contains(text) && Clock::now() < end) {
    pollfd entry{master_, POLLIN, 0};
    if (::poll(&entry, 1, 100) <= 0) continue;
    const ssize_t count = ::read(master_, buffer.data(), buffer.size());
    if (count <= 0) break;
    shown_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return shown_;
}

void JobTerminal::hang_up() {
  if (master_ >= 0) ::close(std::exchange(master_, -1));
}

}  // namespace integration
