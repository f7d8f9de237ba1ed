// .gitignore files: by the manual's examples, and at random against git itself.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lint/files/gitignore.hpp"
#include "support/text.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using Verdict = Gitignore::Verdict;

namespace {

bool ignores(std::string_view lines, std::string_view path, bool is_folder = false) {
  return Gitignore(lines).verdict(path, is_folder) == Verdict::ignored;
}

/// What a walk from the root makes of it: nothing below an ignored folder is looked at.
bool walk_ignores(const Gitignore& rules, const std::string& path, bool is_folder) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (rules.verdict(path.substr(0, slash), true) == Verdict::ignored) return true;
  }
  return rules.verdict(path, is_folder) == Verdict::ignored;
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), got);
  }
  CHECK(::pclose(pipe) != 127 << 8);
  return output;
}

}  // namespace

TEST_CASE("a pattern without a slash is about names, one with a slash about the path") {
  CHECK(ignores("foo", "foo"));
  CHECK(ignores("foo", "a/b/foo"));
  CHECK_FALSE(ignores("foo", "foobar"));
  CHECK(ignores("/foo", "foo"));
  CHECK_FALSE(ignores("/foo", "a/foo"));
  CHECK(ignores("doc/frotz", "doc/frotz"));
  CHECK_FALSE(ignores("doc/frotz", "a/doc/frotz"));
  CHECK(ignores("foo/", "a/foo", true));
  CHECK_FALSE(ignores("foo/", "a/foo", false));
}

TEST_CASE("stars stay within a name, two of them are any folders") {
  CHECK(ignores("*.toml", "a/x.toml"));
  CHECK_FALSE(ignores("a/*.toml", "a/b/x.toml"));
  CHECK(ignores("**/foo", "foo"));
  CHECK(ignores("**/foo/bar", "a/b/foo/bar"));
  CHECK(ignores("a/**/b", "a/b"));
  CHECK(ignores("a/**/b", "a/x/y/b"));
  CHECK(ignores("abc/**", "abc/x/y"));
  CHECK_FALSE(ignores("abc/**", "abc", true));
  CHECK(ignores("f?o[0-9]", "fxo7"));
  CHECK_FALSE(ignores("f?o[!0-9]", "fxo7"));
  CHECK(ignores("[[:upper:]]x", "Ax"));
  CHECK(ignores("[]x]", "]"));
  CHECK_FALSE(ignores("[x", "[x"));
}

TEST_CASE("the last line that matches decides; comments, escapes and blanks are read as git reads them") {
  CHECK_FALSE(ignores("*.toml\n!keep.toml\n", "keep.toml"));
  CHECK(ignores("!keep.toml\n*.toml\n", "keep.toml"));
  CHECK_FALSE(ignores("# foo\n\n", "# foo"));
  CHECK(ignores("\\#foo", "#foo"));
  CHECK(ignores("\\!foo", "!foo"));
  CHECK(ignores("foo  ", "foo"));
  CHECK(ignores("foo\\ ", "foo "));
  CHECK(ignores("foo\r\n", "foo"));
}

TEST_CASE("no pattern takes long") {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "*a";
  CHECK_FALSE(ignores(stars + "b", std::string(4000, 'a')));
  std::string folders;
  for (int i = 0; i < 1000; ++i) folders += "**/a/";
  std::string path = "a";
  for (int i = 0; i < 2000; ++i) path += "/a";
  CHECK_FALSE(ignores(folders + "b", path));
}

TEST_CASE("thousands of random patterns and paths mean what they mean to git") {
  const test::TemporaryFolder folder;
  const std::string git = "git -C '" + folder.path() + "' -c core.excludesFile=/dev/null ";
  REQUIRE(std::system((git + "init -q").c_str()) == 0);
  constexpr unsigned seed = 20260101;
  std::mt19937 random(seed);
  const auto pick = [&](const auto& from) { return from[random() % from.size()]; };
  const std::vector<std::string> pieces{"a",   "b",   "ab",  "*",  "**",   "?",   "[ab]", "[!a]",       "[a-c]",
                                        "\\a", "a*b", "*.x", ".x", "[^b]", "\\*", "[]a]", "[[:alpha:]]"};
  const std::vector<std::string> names{"a", "b", "ab", "c", "aab", "a.x", ".x", "b.x", "*", "]", "axb"};
  const auto joined = [&](const std::vector<std::string>& from) {
    std::string text = pick(from);
    for (auto more = random() % 4; more > 0; --more) text += "/" + pick(from);
    return text;
  };
  int different = 0;
  for (int round = 0; round < 60 && different == 0; ++round) {
    std::string lines;
    for (auto count = 1 + random() % 4; count > 0; --count) {
      lines += (random() % 4 == 0 ? "!" : "") + std::string(random() % 4 == 0 ? "/" : "") + joined(pieces) +
               (random() % 4 == 0 ? "/" : "") + "\n";
    }
    // Folders are there: asked about "a/", git would look for what is in it.
    for (const std::string& name : names) std::filesystem::remove_all(std::filesystem::path(folder.path()) / name);
    std::string paths;
    for (int i = 0; i < 100; ++i) {
      const std::string path = joined(names);
      if (random() % 3 == 0) std::filesystem::create_directories(std::filesystem::path(folder.path()) / path);
      paths += path + "\n";
    }
    static_cast<void>(folder.write(".gitignore", lines));
    static_cast<void>(folder.write("paths", paths));
    const std::string said = output_of(git + "check-ignore --no-index --stdin <'" + folder.path() + "/paths'");
    const Gitignore rules(lines);
    std::string ours;
    for (const std::string_view path : split(paths, '\n')) {
      if (path.empty()) continue;
      const bool is_folder = std::filesystem::is_directory(std::filesystem::path(folder.path()) / path);
      if (walk_ignores(rules, std::string(path), is_folder)) ours += std::string(path) + "\n";
    }
    if (said == ours) continue;
    ++different;
    CAPTURE(lines);
    CHECK(ours == said);
  }
}

TEST_CASE("a pattern takes no more time than its length and the name's ask for") {
  std::string pattern = "*[";
  for (int i = 0; i < 100000; ++i) pattern += "[:";
  const std::clock_t began = std::clock();
  CHECK_FALSE(ignores(pattern, std::string(40, 'a')));
  CHECK(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC < 3);
}
