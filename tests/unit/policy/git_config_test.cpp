// The values of a key of git's configuration, as git itself reads them.
#include "policy/places/git_config.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/text.hpp"
#include "unit/policy/git_oracle.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using Paths = std::vector<std::string>;

/// What git finds in the file; nothing where it cannot read it.
std::optional<Paths> by_git(const std::string& file) {
  const auto text = output_of("git config --null --file '" + file + "' --get-regexp '\\.path$' 2>/dev/null",
                              1);  // 1: nothing is found
  if (!text) return std::nullopt;
  Paths paths;
  for (const std::string_view entry : split(*text, '\0')) {
    const std::size_t key_end = entry.find('\n');
    if (key_end != std::string_view::npos) paths.emplace_back(entry.substr(key_end + 1));
  }
  return paths;
}

}  // namespace

TEST_CASE("paths are read in every way in which git lets them be written") {
  CHECK(git_config_values("[submodule \"a\"]\n\tpath = a b\n\tpath = \"c\\\"d\"\r\n\tpath = a b\n\tnopath = x\n", {},
                          "path") == Paths{"a b", "c\"d"});
  CHECK(git_config_values("[submodule \"a]\"] PATH=x # y\n[s]Path = \"y;\" z ; w\npath = a\\\nb", {}, "path") ==
        Paths{"x", "y; z", "ab"});
}

TEST_CASE("a key counts in the sections that are asked for") {
  const std::string text =
      "[Include]path = a\n[includeIf \"gitdir:x\"]\n\tpath = b\n[difftool \"include\"]\npath = c\n";
  CHECK(git_config_values(text, "include", "path") == Paths{"a", "b"});
  CHECK(git_config_values(text, {}, "path") == Paths{"a", "b", "c"});
}

TEST_CASE("no path that git reads is missing, in random texts") {
  if (!has_git()) return;
  const std::vector<std::string> pieces = {"[submodule \"a\"]",
                                           "[s]",
                                           "\n",
                                           "\r\n",
                                           "path",
                                           "Path",
                                           "PATH",
                                           "url",
                                           " = ",
                                           "=",
                                           " ",
                                           "\t",
                                           "\"",
                                           "\\",
                                           "\\\"",
                                           "\\\n",
                                           "\\t",
                                           ";",
                                           "#",
                                           "a",
                                           "b/c",
                                           "]",
                                           "-",
                                           "é"};
  const TemporaryFolder folder;
  std::mt19937 random(11);
  int read = 0;
  for (int i = 0; i < 1'500; ++i) {
    std::string text = "[submodule \"m\"]\n path = ";
    for (std::size_t n = random() % 14; n > 0; --n) text += pieces[random() % pieces.size()];
    const auto expected = by_git(folder.write("gitmodules", text));
    if (!expected) continue;
    ++read;
    const Paths found = git_config_values(text, {}, "path");
    for (const std::string& path : *expected) {
      if (std::ranges::find(found, path) == found.end()) FAIL_CHECK(text, " has ", path);
    }
  }
  CHECK(read > 300);
}

}  // namespace skillrun::test
