// `skillrun lint` over a folder of one-skill manifests and over one file, as whole processes, beside `docker --version`
// (a process that does nothing) and beside parsing alone in this process on one core. Prints medians of milliseconds
// and ratios. Arguments: the number of manifests (10000) and of rounds (7).

#include <skillrun/manifest.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "program.hpp"

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

std::string manifest_text(int number) {
  const std::string name = "tool-" + std::to_string(number);
  return "version = \"1\"\n\n[skills." + name + "]\ndescription = \"Skill number " + std::to_string(number) +
         "\"\n\n[skills." + name +
         ".docker]\nimage = \"debian:12\"\nvolumes = [\"${SKILL_WORKDIR}:/workdir\"]\nworking_dir = \"/workdir\"\n"
         "memory = \"512m\"\ncpus = \"1\"\nuser = \"1000:1000\"\nenvironment = [\"LANG=C.UTF-8\"]\n"
         "extra_args = [\"--cap-drop=ALL\", \"--pids-limit=100\", \"--security-opt=no-new-privileges\"]\n";
}

/// A folder of manifests, removed at the end.
class Folder {
 public:
  explicit Folder(int manifests) {
    std::string name = (fs::temp_directory_path() / "skillrun-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    for (int i = 0; i < manifests; ++i) {
      const fs::path folder = path_ / std::to_string(i % 100);
      fs::create_directories(folder);
      texts_.push_back(manifest_text(i));
      std::ofstream(folder / (std::to_string(i) + ".toml")) << texts_.back();
    }
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  fs::path path_;
  std::vector<std::string> texts_;
};

double median_milliseconds(int rounds, const std::function<void()>& once) {
  std::vector<double> times;
  for (int round = -1; round < rounds; ++round) {
    const auto before = Clock::now();
    once();
    // The first round warms caches up and does not count.
    if (round >= 0) times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

void print(const std::string& what, double milliseconds, double against) {
  std::cout << std::left << std::setw(52) << what << std::right << std::fixed << std::setprecision(1) << std::setw(10)
            << milliseconds << " ms" << std::setprecision(2) << std::setw(10) << milliseconds / against << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int manifests = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
    const Folder folder(manifests);
    const auto lint = [&](const fs::path& path) {
      Program({SKILLRUN_PROGRAM, "lint", "--quiet", "--fail-on", "never", path.string()}, -1, -1).finish();
    };
    const double nothing = median_milliseconds(rounds, [] { Program({"docker", "--version"}, -1, -1).finish(); });
    const double one = median_milliseconds(rounds, [&] { lint(folder.path() / "0/0.toml"); });
    const double parsing = median_milliseconds(rounds, [&] {
      for (const std::string& text : folder.texts()) {
        const auto source = std::make_shared<const skillrun::SourceText>(
            skillrun::SourceText{.name = "x.toml", .directory = "/srv", .text = text});
        if (!parse_manifest(source, skillrun::ManifestFormat::toml)) throw std::runtime_error("no manifest");
      }
    });
    const double all = median_milliseconds(rounds, [&] { lint(folder.path()); });
    std::cout << "medians of " << rounds << " rounds; the last column compares with the line above\n";
    print("docker --version, whole process", nothing, nothing);
    print("skillrun lint, one file, whole process", one, nothing);
    std::cout << "\n";
    print(std::to_string(manifests) + " manifests parsed, one core", parsing, parsing);
    print(std::to_string(manifests) + " manifests linted, whole process, all cores", all, parsing);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "lint_bench: " << error.what() << "\n";
    return 1;
  }
}
