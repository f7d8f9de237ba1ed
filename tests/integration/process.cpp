#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace integration {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds pause{5};

std::vector<std::string> environment_of(const Command& command) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    variables[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  for (const auto& [name, value] : command.environment) variables[name] = value;
  for (const std::string& name : command.unset) variables.erase(name);
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::vector<std::string> sorted_lines(const Outcome& outcome) {
  std::vector<std::string> lines;
  std::istringstream text(outcome.out);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::ranges::sort(lines);
  return lines;
}

Process::Process(const Command& command) : folder_(new_folder()), started_(steady_clock::now()), limit_(command.limit) {
  write_file(folder_ / "in", command.input);
  std::vector<std::string> words = command.argv;
  std::vector<std::string> variables = environment_of(command);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, (folder_ / "in").c_str(), O_RDONLY, 0);
  constexpr int write_flags = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (folder_ / "out").c_str(), write_flags, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (folder_ / "err").c_str(), write_flags, 0600);
  if (!command.directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  const int failure =
      posix_spawnp(&id_, words.at(0).c_str(), &actions, nullptr, pointers(words).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + words[0] + ": " + std::strerror(failure));
}

Process::~Process() {
  if (!ended()) {
    ::kill(id_, SIGKILL);
    int status = 0;
    ::waitpid(id_, &status, 0);
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool Process::ended() {
  if (status_) return true;
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) != id_) return false;
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

void Process::signal(int number) const { ::kill(id_, number); }

bool Process::stops() const {
  const auto deadline = steady_clock::now() + std::chrono::seconds(10);
  while (steady_clock::now() < deadline) {
    const std::string status = read_file("/proc/" + std::to_string(id_) + "/stat");
    const std::size_t name_end = status.rfind(')');
    if (name_end != std::string::npos && status.substr(name_end).starts_with(") T")) return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

bool Process::wait_for_output(const std::string& text, std::chrono::seconds limit) {
  const auto deadline = steady_clock::now() + limit;
  while (read_file(folder_ / "out").find(text) == std::string::npos) {
    if (ended() || steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

Outcome Process::finish() {
  Outcome outcome;
  while (!ended()) {
    if (steady_clock::now() - started_ > limit_) {
      outcome.timed_out = true;
      ::kill(id_, SIGKILL);
    }
    std::this_thread::sleep_for(pause);
  }
  outcome.status = *status_;
  outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - started_);
  outcome.out = read_file(folder_ / "out");
  outcome.err = read_file(folder_ / "err");
  return outcome;
}

Outcome run(const Command& command) { return Process(command).finish(); }

Command shell(const std::string& line, const std::vector<std::string>& arguments) {
  Command command{.argv = {"bash", "-c", line, "bash"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary);
  if (!(stream << text).flush()) throw std::runtime_error("cannot write " + path.string());
}

fs::path new_folder() {
  std::string name = fs::temp_directory_path() / "skillrun-test.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
  fs::permissions(name, fs::perms(0755));
  return name;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace integration
