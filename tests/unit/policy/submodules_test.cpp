// The paths of submodules that .gitmodules names, as git itself reads them.
#include "policy/submodules.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "policy/paths.hpp"
#include "support/text.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

using Paths = std::vector<std::string>;

/// What git finds in the file; nothing where it can not read it.
std::optional<Paths> by_git(const std::string& file) {
  const std::string command = "git config --null --file '" + file + "' --get-regexp '\\.path$' 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), [](FILE*) { return 0; });
  REQUIRE(pipe);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) text += static_cast<char>(c);
  const int status = ::pclose(pipe.get());
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) return std::nullopt;  // 1: nothing is found
  Paths paths;
  for (const std::string_view entry : split(text, '\0')) {
    const std::size_t key_end = entry.find('\n');
    if (key_end != std::string_view::npos) paths.emplace_back(entry.substr(key_end + 1));
  }
  return paths;
}

bool has_git() { return std::system("git --version >/dev/null 2>&1") == 0; }

}  // namespace

TEST_CASE("paths are read in every way in which git lets them be written") {
  CHECK(submodule_paths("[submodule \"a\"]\n\tpath = a b\n\tpath = \"c\\\"d\"\r\n\tpath = a b\n\tnopath = x\n") ==
        Paths{"a b", "c\"d"});
  CHECK(submodule_paths("[submodule \"a]\"] PATH=x # y\n[s]Path = \"y;\" z ; w\npath = a\\\nb") ==
        Paths{"x", "y; z", "ab"});
}

TEST_CASE("what leads out of the repository is no path of a submodule") {
  CHECK(submodule_paths("path = /abs\npath = ../up\npath =\npath\npath = a/../b\npath = .\n").empty());
}

TEST_CASE("no path that git reads is missing, in random texts") {
  if (!has_git()) {
    REQUIRE_MESSAGE(std::getenv("CI") == nullptr, "git is not installed");
    MESSAGE("skipped: git is not installed");
    return;
  }
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
    const Paths found = submodule_paths(text);
    for (const std::string& path : *expected) {
      if (path.empty() || !is_clean("/" + path)) continue;
      if (std::ranges::find(found, path) == found.end()) FAIL_CHECK(text, " has ", path);
    }
  }
  CHECK(read > 300);
}

}  // namespace skillrun::test
