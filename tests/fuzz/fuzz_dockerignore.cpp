// A .dockerignore of any bytes up to the first NUL, and a path. The verdict is the same every time, of the last pattern
// that matches, and comes in time whatever the pattern: a manifest that is not trusted brings the file along.
#include <ctime>

#include "engine/dockerignore.hpp"
#include "fuzz_lint.hpp"

namespace {

using skillrun::Dockerignore;
using skillrun::fuzz::require;

/// Many files, each with a long path: it ends by itself, with an error when that is too much.
void check_time(Dockerignore rules, const std::string& path) {
  constexpr int files = 64;
  constexpr std::size_t path_size = 4096;
  constexpr double seconds = 5;  // with sanitizers, on a machine that does other things
  std::string longest;
  while (!path.empty() && longest.size() < path_size) longest += path + "/";
  const std::clock_t began = std::clock();
  for (int i = 0; i < files && rules.excludes(longest); ++i) {
  }
  require(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC < seconds);
}

bool is_clean(const std::string& path) {
  const std::string around = "/" + path + "/";
  for (const char* part : {"//", "/./", "/../"}) {
    if (around.contains(part)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, path] = skillrun::fuzz::two_texts(data, size);
  // As many steps as the time of check_time() allows.
  constexpr std::uint64_t most_steps = 4'000'000;
  auto rules = Dockerignore::parse(text, most_steps);
  if (!rules) {
    require(rules.error().starts_with("line "));
    return 0;
  }
  auto again = Dockerignore::parse(text, most_steps);
  require(again.has_value());
  const auto excluded = rules->excludes(path);
  require(again->excludes(path) == excluded);
  if (excluded && is_clean(path)) {
    // A pattern that lets everything in, after all others, has the last word; so has one that leaves everything out.
    auto kept = Dockerignore::parse(text + "\n!**", most_steps);
    require(kept && kept->looks_into(path) == rules->looks_into(path));
    if (const auto verdict = kept->excludes(path)) require(!*verdict);
    auto left_out = Dockerignore::parse(text + "\n**", most_steps);
    require(left_out.has_value());
    if (const auto verdict = left_out->excludes(path)) require(*verdict);
  }
  check_time(std::move(*rules), path);
  return 0;
}
