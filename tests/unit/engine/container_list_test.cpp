#include "engine/docker/container_list.hpp"

#include <doctest/doctest.h>

using namespace skillrun;

TEST_CASE("lists of containers are read as the API and as the clients tell them") {
  const auto listed = read_container_list(
      R"([{"Id": "a", "State": "running", "Labels": {"skillrun.run": "1"}}, {"Id": "b", "State": "exited", "Labels": null}])");
  REQUIRE(listed);
  REQUIRE(listed->size() == 2);
  CHECK((*listed)[0].status == "running");
  CHECK((*listed)[0].labels.front() == std::pair<std::string, std::string>{"skillrun.run", "1"});
  CHECK((*listed)[1].labels.empty());
  const auto inspected = read_inspected_containers(
      R"([{"Id": "a", "State": {"Status": "created"}, "Config": {"Labels": {"skillrun.run": "1"}}}])");
  REQUIRE(inspected);
  CHECK(inspected->front().status == "created");
  CHECK(inspected->front().labels.size() == 1);
  CHECK(read_container_list("[]")->empty());
}

TEST_CASE("a list that cannot be read is an error and never shorter than it is") {
  for (const char* text : {"", "{}", "7", "[7]", R"([{"State": "running"}])", R"([{"Id": 7}])",
                           R"([{"Id": "a", "Labels": {"skillrun.run": 1}}])", R"([{"Id": "a", "Labels": "x=y"}])"}) {
    CAPTURE(text);
    const auto listed = read_container_list(text);
    REQUIRE_FALSE(listed);
    CHECK(listed.error().kind == EngineError::Kind::protocol);
  }
  CHECK_FALSE(read_inspected_containers(R"([{"Id": "a", "Config": {"Labels": []}}])"));
  CHECK_FALSE(read_inspected_containers(R"([{"Id": "a", "State": "running"}])"));
}
