// What it costs to start a program: as skillrun does it, by posix_spawn with the same attributes, and by the launcher
// that is Boost.Process's default. Prints the median time of a start and of a start with the program's whole life, for
// a small process and for one with 200 MiB of touched memory. An argument is the number of starts.
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/process/boost_launcher.hpp"
#include "support/process/spawn.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* program = "/bin/true";

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

struct Cost {
  double start = 0;
  double life = 0;
};

/// A way to start the program and wait for its end; gives the time that the start took.
using Way = std::function<double()>;

double by_skillrun() {
  skillrun::ProcessRequest request;
  request.program = program;
  const auto begin = Clock::now();
  auto process = skillrun::spawn(request);
  const auto started = Clock::now();
  if (!process || process->wait(std::chrono::seconds{10}) != 0) std::abort();
  return microseconds(started - begin);
}

double by_posix_spawn() {
  const auto begin = Clock::now();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int number = 0; number < 3; ++number) {
    posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0);
  }
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::string word = program;
  std::array<char*, 2> words{word.data(), nullptr};
  std::array<char*, 1> variables{nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, program, &actions, &attributes, words.data(), variables.data()) != 0) std::abort();
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  const skillrun::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const auto started = Clock::now();
  int status = -1;
  if (::waitpid(child, &status, 0) != child || status != 0) std::abort();
  return microseconds(started - begin);
}

double by_boosts_default() {
  namespace v2 = boost::process::v2;
  const auto begin = Clock::now();
  boost::asio::io_context context;
  v2::error_code error;
  auto process = v2::posix::default_launcher()(context.get_executor(), error, v2::filesystem::path(program),
                                               std::vector<std::string>{});
  const auto started = Clock::now();
  if (error || process.wait() != 0) std::abort();
  return microseconds(started - begin);
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The ways take turns, so that what else the machine does falls on all of them alike. An uncounted start goes before
/// each counted one: what fork leaves behind (pages to be copied) falls on the start that follows it.
template <std::size_t Count>
std::array<Cost, Count> measure(const std::array<std::pair<std::string_view, Way>, Count>& ways, int starts) {
  std::array<std::vector<double>, Count> start;
  std::array<std::vector<double>, Count> life;
  for (int turn = 0; turn < starts; ++turn) {
    for (std::size_t way = 0; way < Count; ++way) {
      static_cast<void>(ways[way].second());
      const auto begin = Clock::now();
      start[way].push_back(ways[way].second());
      life[way].push_back(microseconds(Clock::now() - begin));
    }
  }
  std::array<Cost, Count> costs;
  for (std::size_t way = 0; way < Count; ++way) costs[way] = {.start = median(start[way]), .life = median(life[way])};
  return costs;
}

}  // namespace

int main(int argc, char** argv) {
  const int starts = argc > 1 ? std::max(1, std::atoi(argv[1])) : 300;
  const std::array<std::pair<std::string_view, Way>, 3> ways{
      {{"skillrun", by_skillrun}, {"posix_spawn", by_posix_spawn}, {"Boost's default (fork)", by_boosts_default}}};
  std::vector<char> memory;
  std::cout << std::fixed << std::setprecision(0);
  for (const std::size_t mebibytes : {std::size_t{0}, std::size_t{200}}) {
    memory.assign(mebibytes << 20, 'x');
    std::cout << "with " << mebibytes << " MiB more\n";
    const auto costs = measure(ways, starts);
    for (std::size_t way = 0; way < ways.size(); ++way) {
      const Cost& cost = costs[way];
      std::cout << "  " << std::left << std::setw(24) << ways[way].first << std::right << std::setw(7) << cost.start
                << " us to start" << std::setw(8) << cost.life << " us with its life\n";
    }
  }
}
