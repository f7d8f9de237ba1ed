// Jobs of a shell at a terminal: what is in the background leaves the terminal alone, and is not stopped by it.
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>

#include "program/place.hpp"

namespace program {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A shell with job control that runs one line at a terminal of its own; "$@" in it is the program.
class Terminal {
 public:
  Terminal(const integration::Command& command, const std::string& line) {
    std::vector<std::string> words = command.argv;
    words.insert(words.begin(), {"/bin/bash", "-c", "set -m\n" + line, "bash"});
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    shell_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (shell_ == 0) {
      for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
      if (::chdir(command.directory.c_str()) == 0) ::execv(pointers[0], pointers.data());
      ::_exit(99);
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    ::close(master_);
    ::kill(shell_, SIGKILL);
    ::waitpid(shell_, nullptr, 0);
  }

  void type(std::string_view keys) const { CHECK(::write(master_, keys.data(), keys.size()) > 0); }
  [[nodiscard]] bool echoes() const {
    termios settings{};
    return ::tcgetattr(master_, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  }
  /// Everything that was shown until `text` was, or the shell has ended, or too much time has passed.
  const std::string& until(std::string_view text) {
    const auto end = Clock::now() + 20s;
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

 private:
  int master_ = -1;
  pid_t shell_ = -1;
  std::string shown_;
};

}  // namespace

TEST_CASE("a skill in the foreground has a raw terminal, which is given back") {
  std::atomic<Terminal*> terminal{nullptr};
  std::atomic<bool> raw{false};
  const StubEngine engine([&](const Skill& skill) {
    for (int i = 0; i < 500 && !raw; ++i) {
      raw = terminal != nullptr && !terminal.load()->echoes();
      std::this_thread::sleep_for(10ms);
    }
    skill.print("played\n");
    return 3;
  });
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "\"$@\"; echo status $?; read");
  terminal = &shell;
  CHECK_MESSAGE(shell.until("status 3").contains("status 3"), shell.until("status 3"));
  CHECK(raw);
  CHECK(shell.echoes());
  shell.type("\n");
}

TEST_CASE("a job in the background neither changes the terminal, nor takes its keys, nor is stopped") {
  std::atomic<Terminal*> terminal{nullptr};
  std::atomic<bool> changed{false};
  const StubEngine engine([&](const Skill& skill) {
    for (int i = 0; i < 500 && terminal == nullptr; ++i) std::this_thread::sleep_for(10ms);
    terminal.load()->type("for the shell\n");
    for (int i = 0; i < 100; ++i) {
      changed = changed || !terminal.load()->echoes();
      std::this_thread::sleep_for(10ms);
    }
    skill.print("played\n");
    return 3;
  });
  const Place place;
  Terminal shell(place.on(engine, {"play"}), "\"$@\" & wait $!; echo status $?; read line; echo \"got $line\"");
  terminal = &shell;
  const std::string shown = shell.until("got for the shell");
  CHECK_MESSAGE(shown.contains("status 3"), shown);
  CHECK_MESSAGE(shown.contains("got for the shell"), shown);
  CHECK(shown.contains("played"));
  CHECK(!changed);
}

TEST_CASE("a job that comes to the foreground gets the keys from then on") {
  const StubEngine engine;
  const Place place;
  Terminal shell(place.on(engine, {"cat"}), "\"$@\" & /bin/sleep 1; echo ready; fg; echo status $?");
  CHECK(shell.until("ready").contains("ready"));
  shell.type("typed\n\x04");
  const std::string shown = shell.until("status");
  CHECK_MESSAGE(shown.contains("status 0"), shown);
  CHECK_MESSAGE(shown.find("typed") != shown.rfind("typed"), shown);  // as an echo, and from the skill
}

}  // namespace program
