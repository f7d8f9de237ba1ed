// What happens when things break: `integration_faults`. Starts a dockerd of its own, which it may kill and whose disk
// it may fill.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <iostream>

#include "own_engine.hpp"
#include "world.hpp"

int main(int argc, char** argv) {
  constexpr int skip_status = 77;
  if (const auto why = integration::OwnEngine::obstacle()) {
    const bool must = integration::variable("CI") == "true";
    (must ? std::cerr << "can not run: " : std::cout << "skipped: ") << *why << '\n';
    return must ? 1 : skip_status;
  }
  (void)integration::OwnEngine::instance();
  if (const auto why = integration::choose_engine_path("docker-api")) {
    std::cerr << *why << '\n';
    return 1;
  }
  doctest::Context context(argc, argv);
  return context.run();
}
