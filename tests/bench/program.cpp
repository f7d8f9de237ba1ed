#include "program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

extern char** environ;  // NOLINT(readability-redundant-declaration)

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: source <(scripts/test-engines start)");
  return value;
}

BenchManifest::BenchManifest(const std::string& image)
    : path_(std::filesystem::temp_directory_path() / ("skillrun-bench." + std::to_string(::getpid()) + ".toml")) {
  std::ofstream(path_) << "version = \"1\"\n[skills.t]\nruntime = \"docker\"\n[skills.t.docker]\nimage = \"" << image
                       << "\"\nmemory = \"64m\"\ncpus = \"1\"\n";
}

BenchManifest::~BenchManifest() { std::filesystem::remove(path_); }

Program::Program(std::vector<std::string> words, int input, int output) : name_(words[0]) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto put = [&](int fd, int as, int flags) {
    if (fd >= 0) {
      posix_spawn_file_actions_adddup2(&actions, fd, as);
    } else {
      posix_spawn_file_actions_addopen(&actions, as, "/dev/null", flags, 0);
    }
  };
  put(input, STDIN_FILENO, O_RDONLY);
  put(output, STDOUT_FILENO, O_WRONLY);
  const int failure = posix_spawnp(&child_, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error(name_ + " cannot be started");
}

Program::~Program() {
  if (child_ >= 0) ::waitpid(child_, nullptr, 0);
}

long Program::finish() {
  int status = 0;
  rusage usage{};
  const int ended = ::wait4(child_, &status, 0, &usage);
  child_ = -1;
  if (ended < 0 || status != 0) throw std::runtime_error(name_ + " failed");
  return usage.ru_maxrss;
}
