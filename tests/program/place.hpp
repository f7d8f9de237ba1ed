#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lint/workplace.hpp"
#include "program/stub_engine.hpp"

namespace program {

/// Skills of the stub engine, in a repository. What its policy would only warn about is left out.
inline const std::string manifest = R"([skills.tool.docker]
image = "localhost:1/none:1"
entrypoint = "say"
volumes = ["${SKILL_WORKDIR}:/work"]

[skills.cat.docker]
image = "localhost:1/none:1"
entrypoint = "cat"

[skills.play.docker]
image = "localhost:1/none:1"
entrypoint = "play"

[skills.refused.docker]
image = "localhost:1/none:1"
extra_args = ["--privileged"]

[skills.built.docker]
image = "skillrun-test/built"
[skills.built.docker.build]
context = "folder"
)";

class Place : public skillrun::test::Workplace {
 public:
  Place() {
    write("skillrun.toml", manifest);
    write("folder/Dockerfile", "FROM scratch\n");
    write("given.env", "A=b\n");
    // No engine of this machine is to be found, by whatever option.
    std::filesystem::create_directory(at("bin"));
    for (const char* tool : {"git", "sh", "cat"})
      std::filesystem::create_symlink("/usr/bin/" + std::string(tool), at("bin") / tool);
    write("given.yaml", "apiVersion: skillrun.policy/v1\nname: given\nextends: [baseline]\n");
  }

  [[nodiscard]] integration::Command on(const StubEngine& engine, std::vector<std::string> words) const {
    integration::Command call = command(std::move(words));
    call.environment["SKILLRUN_ENGINE"] = engine.selection();
    call.environment["PATH"] = at("bin");
    call.environment["DOCKER_HOST"] = "unix:///missing";
    return call;
  }
};

/// Nothing of what a sanitizer, the library or a signal says when the program itself is at fault.
inline void check_healthy(const integration::Outcome& outcome) {
  CHECK_FALSE(outcome.timed_out);
  constexpr int statuses[] = {0, 1, 2, 3, 7, 124, 125, 126, 127, 130};
  CHECK_MESSAGE(std::ranges::find(statuses, outcome.status) != std::end(statuses), outcome.status);
  for (const char* words : {"Sanitizer", "runtime error:", "internal error", "terminate called", "Assertion"}) {
    CHECK_MESSAGE(!outcome.err.contains(words), outcome.err);
    CHECK_MESSAGE(!outcome.out.contains(words), outcome.out);
  }
}

}  // namespace program
