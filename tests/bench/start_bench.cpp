// What it costs to start skillrun: whole lives of commands that do next to nothing, in turn with `true` (the least that
// a program costs) and with those of crun and docker that are installed. Prints medians and minima, and the ratios of
// the medians to that of `true`. An argument is the number of rounds.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "program.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Start {
  std::vector<std::string> words;
  std::vector<double> milliseconds{};

  [[nodiscard]] std::string name() const {
    std::string name = std::filesystem::path(words[0]).filename();
    for (std::size_t i = 1; i < words.size(); ++i) name.append(" ").append(words[i]);
    return name;
  }
  [[nodiscard]] double median() {
    std::ranges::sort(milliseconds);
    return milliseconds[milliseconds.size() / 2];
  }
};

bool installed(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// In turn, so that what else the machine does falls on all of them alike. The first round warms caches up.
void measure(std::vector<Start>& starts, int rounds) {
  for (int round = -1; round < rounds; ++round) {
    for (Start& start : starts) {
      const auto before = Clock::now();
      Program(start.words, -1, -1).finish();
      const std::chrono::duration<double, std::milli> took = Clock::now() - before;
      if (round >= 0) start.milliseconds.push_back(took.count());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 100;
  std::vector<Start> starts{{{"true"}}, {{SKILLRUN_PROGRAM, "version"}}, {{SKILLRUN_PROGRAM, "list"}}};
  for (const char* other : {"crun", "docker"}) {
    if (installed(other)) starts.push_back({{other, "--version"}});
  }
  try {
    measure(starts, rounds);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  const double least = starts.front().median();
  std::cout << std::fixed << std::setprecision(2);
  for (Start& start : starts) {
    std::cout << std::left << std::setw(20) << start.name() << std::right << std::setw(7) << start.median()
              << " ms, at best" << std::setw(7) << start.milliseconds.front() << " ms; " << std::setw(6)
              << start.median() / least << " times true\n";
  }
}
