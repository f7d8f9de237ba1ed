// What a failed run says of the engines that would have come before the one that it was given.
#include <doctest/doctest.h>

#include "app/judge.hpp"
#include "unit/run/fakes.hpp"

namespace skillrun::test::choices {

namespace {

Detection chosen_after(std::vector<Probe> before) {
  Detection detection;
  auto engine = std::make_unique<FakeEngine>();
  engine->info_.endpoint = "unix:///run/user/1000/podman/podman.sock";
  detection.engine = std::move(engine);
  detection.probes = std::move(before);
  detection.probes.push_back({.place = "podman", .usable = true, .outcome = "podman 4", .advice = {}, .chosen = true});
  detection.probes.push_back({.place = "later", .outcome = "permission denied", .advice = "use sudo"});
  return detection;
}

}  // namespace

TEST_CASE("an engine that is there and does not answer is named with what to do, others are not") {
  CHECK(app::passed_over(chosen_after({})) == "");
  CHECK(app::passed_over(chosen_after({{.place = "a", .outcome = "no such socket", .advice = {}}})) == "");
  CHECK(app::passed_over(chosen_after({{.place = "unix:///var/run/docker.sock (Docker Engine API)",
                                        .outcome = "permission denied",
                                        .advice = "add your user to the group docker"}})) ==
        "\n  unix:///run/user/1000/podman/podman.sock was taken because these do not answer:"
        "\n  unix:///var/run/docker.sock (Docker Engine API): permission denied"
        "\n    add your user to the group docker");
  Detection none = chosen_after({{.place = "a", .outcome = "permission denied", .advice = "use sudo"}});
  none.engine.reset();
  CHECK(app::passed_over(none) == "");
}

}  // namespace skillrun::test::choices
