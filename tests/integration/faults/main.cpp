// What happens when things break: `integration_faults --path=docker-api`. Starts a dockerd or a podman service of its
// own, which it may kill and whose disk it may fill. The suite "faults" is for docker, "dying" for both.
#include <doctest/doctest.h>

#include <iostream>
#include <string>
#include <string_view>

#include "own_engine.hpp"
#include "world.hpp"

int main(int argc, char** argv) {
  constexpr int skip_status = 77;
  std::string path = "docker-api";
  constexpr std::string_view option = "--path=";
  for (int index = 1; index < argc; ++index) {
    if (std::string_view(argv[index]).starts_with(option)) path = std::string_view(argv[index]).substr(option.size());
  }
  if (path != "docker-api" && path != "podman-api") {
    std::cerr << "--path=" << path << ": expected docker-api or podman-api\n";
    return 2;
  }
  const bool podman = path == "podman-api";
  if (const auto why = integration::OwnEngine::obstacle(podman)) {
    const bool must = integration::variable("CI") == "true";
    (must ? std::cerr << "cannot run: " : std::cout << "skipped: ") << *why << '\n';
    return must ? 1 : skip_status;
  }
  (void)integration::OwnEngine::instance(podman);
  if (const auto why = integration::choose_engine_path(path)) {
    std::cerr << *why << '\n';
    return 1;
  }
  doctest::Context context(argc, argv);
  return context.run();
}
