// The gitlinks of an index, as git itself lists them.
#include "policy/places/git_index.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/read_file.hpp"
#include "support/text.hpp"
#include "unit/policy/git_oracle.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using Paths = std::vector<std::string>;

/// A repository whose index is filled at random: files and gitlinks, in each version and with each extension.
class RandomRepository {
 public:
  RandomRepository(const TemporaryFolder& folder, unsigned seed)
      : folder_(folder), random_(seed), path_(fmt::format("{}/{}", folder.path(), seed)) {
    const bool sha256 = random_() % 3 == 0;
    hash_ = std::string(sha256 ? 64 : 40, 'a');
    REQUIRE(output_of(fmt::format("git init -q --object-format={} '{}'", sha256 ? "sha256" : "sha1", path_)));
    git(fmt::format("update-index --index-version {}", 2 + random_() % 3));
    add(random_() % 400);
    if (random_() % 3 == 0) {
      git("update-index --split-index");
      add(random_() % 20);
    }
    if (random_() % 3 == 0) git("update-index --untracked-cache --fsmonitor 2>/dev/null");
  }

  [[nodiscard]] std::string bytes(const std::string& name = "index") const {
    return read_file(path_ + "/.git/" + name, std::size_t{1} << 24).value_or(std::string());
  }

  [[nodiscard]] Paths by_git() const {
    Paths paths;
    const auto listed = output_of("git -C '" + path_ + "' ls-files --stage -z");
    REQUIRE(listed);
    for (const std::string_view line : split(*listed, '\0')) {
      if (line.starts_with("160000 ")) paths.emplace_back(line.substr(line.find('\t') + 1));
    }
    return paths;
  }

 private:
  void git(const std::string& words) const {
    REQUIRE_MESSAGE(output_of(fmt::format("git -C '{}' -c core.fsmonitor=false {}", path_, words)), words);
  }

  void add(std::size_t count) {
    std::string entries;
    for (std::size_t i = 0; i < count; ++i) entries += fmt::format("{} {}\t{}\n", mode(), hash_, name());
    git(fmt::format("update-index --index-info <'{}'", folder_.write("entries", entries)));
  }

  const char* mode() {
    constexpr std::array modes = {"100644", "100755", "120000", "160000"};
    return modes[random_() % modes.size()];
  }

  /// Of every length, and often with much of another's beginning.
  std::string name() {
    std::string text = fmt::format("d{}/", random_() % 3);
    text.append(random_() % 40 == 0 ? 4'200 : random_() % 30, static_cast<char>('a' + random_() % 3));
    return text + std::to_string(random_() % 10'000);
  }

  const TemporaryFolder& folder_;
  std::mt19937 random_;
  std::string path_;
  std::string hash_;
};

}  // namespace

TEST_CASE("the gitlinks that git lists are found, in random repositories") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  std::size_t links = 0;
  std::size_t split_ones = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const RandomRepository repository(folder, seed);
    auto index = read_git_index(repository.bytes());
    REQUIRE(index);
    Paths found = index->gitlinks;
    if (!index->shared.empty()) {
      ++split_ones;
      const auto shared = read_git_index(repository.bytes(index->shared));
      REQUIRE(shared);
      found.insert(found.end(), shared->gitlinks.begin(), shared->gitlinks.end());
    }
    for (const std::string& path : repository.by_git()) {
      ++links;
      if (std::ranges::find(found, path) == found.end()) FAIL_CHECK(path);
    }
  }
  CHECK(links > 1'000);
  CHECK(split_ones > 3);
}

TEST_CASE("an index that is cut, changed in its length or of another version is not understood") {
  if (!has_git()) return;
  const TemporaryFolder folder;
  const std::string whole = RandomRepository(folder, 2).bytes();
  REQUIRE(read_git_index(whole));
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 7)
    CHECK_FALSE(read_git_index(whole.substr(0, size)));
  CHECK_FALSE(read_git_index(whole + "x"));
  std::string newer = whole;
  newer[7] = 5;
  CHECK_FALSE(read_git_index(newer));
  CHECK_FALSE(read_git_index({}));
}

TEST_CASE("an extension that must be known and is not makes the whole not understood") {
  const std::string none("DIRC\0\0\0\2\0\0\0\0", 12);
  const std::string checksum(20, '\0');
  const std::string empty(4, '\0');
  CHECK(read_git_index(none + checksum));
  CHECK(read_git_index(none + "TREE" + empty + checksum));
  CHECK(read_git_index(none + "sdir" + empty + checksum));
  CHECK_FALSE(read_git_index(none + "what" + empty + checksum));
}

}  // namespace skillrun::test
