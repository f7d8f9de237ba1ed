#include "terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>

namespace skillrun::test {

namespace {

[[noreturn]] void become(const integration::Command& command, const char* terminal) {
  ::setsid();
  const int slave = ::open(terminal, O_RDWR);
  if (slave < 0 || ::ioctl(slave, TIOCSCTTY, 0) != 0) std::_Exit(99);
  for (int fd = 0; fd < 3; ++fd) ::dup2(slave, fd);
  if (slave > 2) ::close(slave);
  for (const std::string& name : command.unset) ::unsetenv(name.c_str());
  for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
  if (!command.directory.empty() && ::chdir(command.directory.c_str()) != 0) std::_Exit(99);
  std::vector<char*> words;
  for (const std::string& word : command.argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
  std::_Exit(99);
}

}  // namespace

AtTerminal::AtTerminal(const integration::Command& command) : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  REQUIRE(::grantpt(master_.get()) == 0);
  REQUIRE(::unlockpt(master_.get()) == 0);
  const std::string terminal = ::ptsname(master_.get());
  id_ = ::fork();
  REQUIRE(id_ >= 0);
  if (id_ == 0) become(command, terminal.c_str());
}

AtTerminal::~AtTerminal() {
  if (id_ <= 0) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

bool AtTerminal::read_more(int timeout_ms) {
  pollfd waiting{.fd = master_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, timeout_ms) <= 0) return false;
  char piece[4096];
  const ssize_t count = ::read(master_.get(), piece, sizeof piece);
  if (count <= 0) return false;
  screen_.append(piece, static_cast<std::size_t>(count));
  std::erase(screen_, '\r');
  return true;
}

bool AtTerminal::sees(const std::string& text) {
  while (screen_.find(text) == std::string::npos) {
    if (!read_more(30'000)) return false;
  }
  return true;
}

void AtTerminal::type(const std::string& text) const {
  REQUIRE(::write(master_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

int AtTerminal::finish() {
  while (read_more(30'000)) {
  }
  int status = 0;
  REQUIRE(::waitpid(id_, &status, 0) == id_);
  id_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

integration::Outcome run_without_terminal(integration::Command command) {
  command.argv.insert(command.argv.begin(), {"setsid", "--wait"});
  return integration::run(command);
}

}  // namespace skillrun::test
