// The conformance suite. `integration_tests --path=docker-api` runs it over one of the four ways to a container.
#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

#include "world.hpp"

namespace {

constexpr int skip_status = 77;

/// On CI everything must be tested; elsewhere a machine may lack an engine.
int can_not_run(const std::string& why) {
  if (integration::variable("CI") == "true") {
    std::cerr << "cannot run: " << why << '\n';
    return 1;
  }
  std::cout << "skipped: " << why << '\n';
  return skip_status;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path = "docker-api";
  constexpr std::string_view option = "--path=";
  for (int index = 1; index < argc; ++index) {
    if (std::string_view(argv[index]).starts_with(option)) path = std::string_view(argv[index]).substr(option.size());
  }
  constexpr std::string_view paths[] = {"docker-api", "docker-cli",  "podman-api",
                                        "podman-cli", "native-crun", "native-runc"};
  if (std::ranges::find(paths, path) == std::end(paths)) {
    std::cerr << "--path=" << path
              << ": expected one of docker-api, docker-cli, podman-api, podman-cli, native-crun and "
              << "native-runc\n";
    return 2;
  }
  if (const auto why = integration::choose_engine_path(path)) return can_not_run(*why);
  // What an earlier run that was killed left behind must not fail this one.
  for (const std::string& id : integration::containers()) (void)integration::engine_client({"rm", "--force", id});
  doctest::Context context(argc, argv);
  return context.run();
}
