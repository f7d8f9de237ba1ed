// Skills that print without end or measure, that do not want to end, and readers that take their time.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "world.hpp"

using namespace integration;

namespace {

constexpr long most_memory = 20L * 1024;  // kB

struct Measured {
  Outcome outcome;
  long memory = 0;  ///< the most that skillrun had in memory, in kB
};

/// Runs the skill with its output going to a reader (a shell line, whose words become the output).
Measured measured(const World& world, const std::string& script, const std::string& reader) {
  Command command = world.command({"t", "--no-stdin", "--", "sh", "-c", script});
  const std::string memory = world.folder() / "memory";
  const Command in_shell = shell(
      "reader=$1 memory=$2; shift 2; set -o pipefail; { \"$@\" & pid=$!; "
      "while grep VmHWM /proc/$pid/status >>\"$memory\" 2>/dev/null; do sleep 0.05; done; "
      "wait $pid; } | bash -c \"$reader\"",
      {reader, memory});
  std::vector<std::string> words = in_shell.argv;
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  command.argv = words;
  command.limit = std::chrono::seconds(180);
  Measured result{.outcome = run(command)};
  std::istringstream lines(read_file(memory));
  for (std::string line; std::getline(lines, line);) {
    result.memory = std::max(result.memory, std::stol(line.substr(line.find_first_of("0123456789"))));
  }
  CHECK_FALSE(result.outcome.timed_out);
  return result;
}

}  // namespace

TEST_SUITE_BEGIN("faults");

TEST_CASE_FIXTURE(World, "ten thousand short lines arrive, each in its place") {
  const Outcome outcome = script("i=0; while [ $i -lt 10000 ]; do echo $i; i=$((i+1)); done");
  CHECK(outcome.status == 0);
  std::string expected;
  for (int number = 0; number < 10'000; ++number) expected += std::to_string(number) + "\n";
  CHECK(outcome.out == expected);
}

TEST_CASE_FIXTURE(World, "one line of a gigabyte passes, and memory stays flat") {
  const Measured run = measured(*this, "head -c 1073741824 /dev/zero", "wc -c");
  CHECK(run.outcome.status == 0);
  CHECK(run.outcome.out == "1073741824\n");
  CHECK(run.memory > 0);
  CHECK(run.memory < most_memory);
  MESSAGE("1 GiB in ", run.outcome.took.count(), " ms with ", run.memory, " kB");
}

TEST_CASE_FIXTURE(World, "a reader that takes its time gets all, and memory stays flat") {
  const Measured run = measured(*this, "head -c 33554432 /dev/zero",
                                "sleep 3; total=0; while n=$(head -c 4194304 | wc -c) && [ $n -gt 0 ]; do "
                                "total=$((total+n)); sleep 0.3; done; echo $total");
  CHECK(run.outcome.status == 0);
  CHECK(run.outcome.out == "33554432\n");
  CHECK(run.outcome.took > std::chrono::seconds(4));
  CHECK(run.memory < most_memory);
  MESSAGE("a slow reader: ", run.memory, " kB");
}

TEST_CASE_FIXTURE(World, "a skill that ignores TERM is killed after its timeout") {
  const auto result =
      result_of({"--timeout", "1s", "t", "--", "sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"});
  CHECK(result.outcome.status == 124);
  CHECK(result.status() == "timed-out");
  CHECK(result.outcome.took < std::chrono::seconds(25));
  MESSAGE("killed after ", result.outcome.took.count(), " ms");
}

TEST_CASE_FIXTURE(World, "children that outlive the skill's first process hold nothing up") {
  const Outcome outcome = script("(trap '' TERM HUP; sleep 100) & sleep 100 & echo done; exit 4");
  CHECK(outcome.status == 4);
  CHECK(outcome.out == "done\n");
  CHECK(outcome.took < std::chrono::seconds(20));
}

TEST_SUITE_END();
