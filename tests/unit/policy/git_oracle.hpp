#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace skillrun::test {

/// True where git can be asked; on CI it has to be.
inline bool has_git() {
  if (std::system("git --version >/dev/null 2>&1") == 0) return true;
  REQUIRE_MESSAGE(std::getenv("CI") == nullptr, "git is not installed");
  MESSAGE("skipped: git is not installed");
  return false;
}

/// What a shell command prints; nothing when its exit status is above `highest`.
inline std::optional<std::string> output_of(const std::string& command, int highest = 0) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), [](FILE*) { return 0; });
  REQUIRE(pipe);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) text += static_cast<char>(c);
  const int status = ::pclose(pipe.get());
  return WIFEXITED(status) && WEXITSTATUS(status) <= highest ? std::optional(text) : std::nullopt;
}

}  // namespace skillrun::test
