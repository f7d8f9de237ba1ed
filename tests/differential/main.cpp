// skillrun's reading of docker's flags against docker's own: see docs/differential.md.
#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "differences.hpp"
#include "docker_client.hpp"
#include "grammar.hpp"
#include "shell_words.hpp"
#include "statistics.hpp"

using namespace differential;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int skipped = 77;

constexpr const char* usage =
    "differential_tests [--seed N] [--cases N] [--seconds S] [--docker PATH] [--case K] [--threads N]\n"
    "                   [--print] [-- WORD...]\n"
    "  --seed N      which sequence of cases (default 1)\n"
    "  --cases N     how many of them at most (default 1000; 0: until the time is over)\n"
    "  --seconds S   stop after this time (default: none)\n"
    "  --docker PATH the client to compare with (default: SKILLRUN_TEST_DOCKER, then docker in PATH)\n"
    "  --case K      only this case, with everything that was found about it\n"
    "  --print       print the words of the cases and run nothing\n"
    "  -- WORD...    compare these words\n";

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t cases = 1000;
  std::uint64_t seconds = 0;
  std::uint64_t threads = 2;
  std::string docker = find_docker();
  std::optional<std::uint64_t> only;
  std::optional<std::vector<std::string>> words;
  bool print = false;
};

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--") {
      options.words.emplace(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      return options;
    }
    if (name == "--print") {
      options.print = true;
      continue;
    }
    if (i + 1 == arguments.size()) throw std::invalid_argument(name);
    const std::string& value = arguments[++i];
    if (name == "--docker") {
      options.docker = value;
      continue;
    }
    std::uint64_t number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size()) throw std::invalid_argument(value);
    if (name == "--seed") {
      options.seed = number;
    } else if (name == "--cases") {
      options.cases = number;
    } else if (name == "--seconds") {
      options.seconds = number;
    } else if (name == "--threads") {
      options.threads = number == 0 ? 1 : number;
    } else if (name == "--case") {
      options.only = number;
    } else {
      throw std::invalid_argument(name);
    }
  }
  return options;
}

/// The folder that both readers start in, with the files that some values name.
class Workshop {
 public:
  Workshop() {
    std::string pattern = (fs::temp_directory_path() / "skillrun-differential-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
    base_ = pattern;
    places_ = {.folder = base_ + "/work", .home = "/home/tester"};
    fs::create_directories(places_.folder + "/sub/dir");
    std::ofstream(places_.folder + "/vars.env") << "FROM_FILE=1\nSET_BY_CALLER\n";
    std::ofstream(places_.folder + "/labels.txt") << "from.file=1\n";
    std::ofstream(places_.folder + "/profile.json") << R"({"defaultAction": "SCMP_ACT_ALLOW"})";
    environment_ = {{"PATH", "/usr/bin:/bin"},
                    {"HOME", places_.home},
                    {"DOCKER_CONFIG", base_ + "/config"},
                    // A trust server that answers at once that it is not there.
                    {"DOCKER_CONTENT_TRUST_SERVER", "https://127.0.0.1:1"},
                    {"SET_BY_CALLER", "the caller's value"}};
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() {
    std::error_code ignored;
    fs::remove_all(base_, ignored);
  }

  [[nodiscard]] const Places& places() const { return places_; }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& environment() const { return environment_; }
  [[nodiscard]] std::unique_ptr<DockerClient> client(const std::string& program, std::uint64_t worker) const {
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment_) variables.push_back(fmt::format("{}={}", name, value));
    return std::make_unique<DockerClient>(program, places_.folder, fmt::format("{}/{}.sock", base_, worker), variables);
  }

 private:
  std::string base_;
  Places places_;
  std::map<std::string, std::string, std::less<>> environment_;
};

Case generated_case(std::uint64_t seed, std::uint64_t index) {
  Random random(seed ^ 0x5A5A, index);
  Case out{.name = fmt::format("case {} (--seed {} --case {})", index, seed, index),
           .words = generate_words(seed, index),
           .api_version = random.chance(75) ? "1.47" : "1.41",
           .round_trip = random.chance(12)};
  return out;
}

/// The cases that once showed a fault. They run first, always, on both API versions.
std::vector<Case> found_cases() {
  std::ifstream file(SKILLRUN_SOURCE_DIR "/tests/differential/found_cases.txt");
  if (!file) throw std::runtime_error("found_cases.txt cannot be read");
  std::vector<Case> out;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    auto words = shell_words(line);
    if (!words) throw std::runtime_error(fmt::format("found_cases.txt:{}: a quote does not end", number));
    for (const char* version : {"1.47", "1.41"}) {
      out.push_back({fmt::format("found_cases.txt:{}", number), *words, version, true});
    }
  }
  return out;
}

/// The flags in the client's own help that the grammar does not have: it would not test them.
std::vector<std::string> unknown_flags(DockerClient& docker) {
  const std::string help = docker.plain({"run", "--help"}).output;
  std::vector<std::string> out;
  for (std::size_t at = help.find("  --"); at != std::string::npos; at = help.find("  --", at + 4)) {
    const std::string name = help.substr(at + 4, help.find_first_of(" \n", at + 4) - at - 4);
    const bool known = std::ranges::any_of(grammar(), [&](const Flag& flag) { return flag.name == name; });
    if (!known) out.push_back(name);
  }
  return out;
}

void examine(Comparer& comparer, const Case& which, Statistics& statistics) {
  const Comparison comparison = comparer.compare(which.words, which.api_version, which.round_trip);
  statistics.add(which, comparison);
  if (!comparison.fault) return;
  const auto minimal = comparer.minimised(which.words, which.api_version, which.round_trip, comparison.fault->kind);
  // What is told is about the words that are left.
  const Comparison again = comparer.compare(minimal, which.api_version, which.round_trip);
  statistics.add_fault(which, again.fault ? again : comparison, minimal);
}

/// The examples of docs/extra-args.md that are not what the list says: docker has to take them, and the rule has to
/// refuse them under every policy.
std::vector<std::string> untrue(const std::vector<Difference>& differences, Comparer& comparer, bool all_flags) {
  std::vector<std::string> out;
  for (const Difference& difference : differences) {
    const Comparison comparison = comparer.compare(difference.words, "1.47", false);
    const bool refused = std::ranges::any_of(
        comparison.skillrun.privileged, [&](const Objection& objection) { return objection.rule == difference.rule; });
    if (!refused) out.push_back(fmt::format("{}: {} does not refuse it", difference.name, difference.rule));
    if (all_flags && !comparison.docker_accepts) {
      out.push_back(fmt::format("{}: docker does not take it: {}", difference.name, comparison.docker_says));
    }
  }
  return out;
}

int run(const Options& options) {
  const Workshop workshop;
  const std::vector<Difference> differences = intended_differences();
  std::vector<Case> first;
  std::uint64_t begin = 0;
  std::uint64_t end = options.cases == 0 ? UINT64_MAX : options.cases;
  if (options.words) {
    for (const char* version : {"1.47", "1.41"}) first.push_back({"the words given", *options.words, version, true});
    end = 0;
  } else if (options.only) {
    begin = *options.only;
    end = begin + 1;
  } else {
    first = found_cases();
  }
  if (options.print) {
    for (std::uint64_t i = begin; i < end; ++i) fmt::print("{}\n", shell_quoted(generate_words(options.seed, i)));
    return 0;
  }
  {
    const auto docker = workshop.client(options.docker, 999);
    fmt::print("{}: {}", options.docker, docker->plain({"--version"}).output);
    if (const auto unknown = unknown_flags(*docker); !unknown.empty()) {
      for (const std::string& name : unknown) fmt::print("the grammar does not know docker's flag --{}\n", name);
      return 1;
    }
    // An old client does not have all that the list speaks of.
    const bool all_flags = docker->plain({"run", "--help"}).output.contains("--use-api-socket");
    Comparer comparer(*docker, workshop.places(), workshop.environment());
    if (const auto wrong = untrue(differences, comparer, all_flags); !wrong.empty()) {
      for (const std::string& what : wrong) fmt::print("{}\n", what);
      return 1;
    }
  }
  std::fflush(stdout);

  Statistics statistics;
  std::set<std::string> rules;
  for (const Difference& difference : differences) rules.insert(difference.rule);
  if (!options.words) statistics.expect_refusals_by(std::move(rules));
  std::atomic<std::size_t> next_first = 0;
  std::atomic<std::uint64_t> next = begin;
  const auto deadline =
      options.seconds == 0 ? Clock::time_point::max() : Clock::now() + std::chrono::seconds(options.seconds);
  std::exception_ptr broken;
  const auto work = [&](std::uint64_t worker) {
    try {
      const auto docker = workshop.client(options.docker, worker);
      Comparer comparer(*docker, workshop.places(), workshop.environment());
      for (std::size_t i = next_first++; i < first.size(); i = next_first++) examine(comparer, first[i], statistics);
      while (Clock::now() < deadline) {
        const std::uint64_t index = next++;
        if (index >= end) return;
        examine(comparer, generated_case(options.seed, index), statistics);
      }
    } catch (...) {
      broken = std::current_exception();
    }
  };
  std::vector<std::thread> workers;
  for (std::uint64_t i = 0; i < options.threads; ++i) workers.emplace_back(work, i);
  for (std::thread& worker : workers) worker.join();
  if (broken) std::rethrow_exception(broken);
  if (options.only) fmt::print("words: {}\n", shell_quoted(generate_words(options.seed, begin)));
  statistics.print(options.seed);
  return statistics.faults() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse_options({argv + 1, argv + argc});
    if (options.docker.empty()) {
      fmt::print(stderr, "there is no docker client: set SKILLRUN_TEST_DOCKER or give --docker\n");
      const char* ci = std::getenv("CI");
      return ci != nullptr && std::string_view(ci) == "true" ? 1 : skipped;
    }
    return run(options);
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "not understood: {}\n{}", error.what(), usage);
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
