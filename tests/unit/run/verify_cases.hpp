#pragma once

// What the real engines answered when they were asked about containers that skillrun had them create, read again: in
// tests/data/inspect, written by integration_verify (SKILLRUN_CAPTURE_INSPECT).

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "engine/docker/observe.hpp"
#include "run/verify.hpp"
#include "unit/engine/api_full_spec.hpp"
#include "unit/run/runs.hpp"

namespace skillrun::test {

using skillrun::testing::declared;
using skillrun::testing::full_spec_for;
using skillrun::testing::rare_spec_for;
using skillrun::testing::run_labels;

/// One engine path and its answers.
struct Captured {
  std::string path;
  bool podman;

  [[nodiscard]] json::object read(const std::string& which) const {
    const std::string name = std::string(SKILLRUN_SOURCE_DIR) + "/tests/data/inspect/" + path + "-" + which + ".json";
    std::ifstream file(name);
    REQUIRE_MESSAGE(file, name);
    json::value value = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    return value.is_array() ? value.as_array().at(0).as_object() : value.as_object();
  }
};

inline const std::vector<Captured> all_paths{
    {"docker-api", false}, {"docker-cli", false}, {"podman-api", true}, {"podman-cli", true}};

inline ContainerSpec captured_plain_spec() {
  ContainerSpec spec = plain_spec();
  spec.command = {declared(std::string("true"))};
  spec.network_mode = declared(NetworkMode{});
  return spec;
}

/// The order that such an answer belongs to, and the answer.
struct Case {
  ContainerSpec spec;
  json::object answer;
  bool podman = false;
  ImageInfo image;
  RunLabels labels = run_labels();

  Case(ContainerSpec of, const Captured& captured, const std::string& which)
      : spec(std::move(of)), answer(captured.read(which)), podman(captured.podman) {
    image.id = answer.at("Image").as_string();
    if (!image.id.starts_with("sha256:")) image.id.insert(0, "sha256:");
    image.command = {"sh"};
  }
  static Case plain(const Captured& captured) { return {captured_plain_spec(), captured, "plain"}; }
  static Case full(const Captured& captured) { return {full_spec_for(captured.podman), captured, "full"}; }
  static Case rare(const Captured& captured) {
    return {rare_spec_for(captured.podman, captured.path.ends_with("-api")), captured, "rare"};
  }

  [[nodiscard]] Order order() const { return {.spec = spec, .image = image, .labels = labels}; }
  [[nodiscard]] EngineResult<ObservedContainer> read() const {
    return read_container(json::serialize(answer), Dialect{.podman = podman, .init_path = {}}, {.spec = spec});
  }
  [[nodiscard]] ObservedContainer made() const {
    auto result = read();
    REQUIRE_MESSAGE(result, result.error().message);
    return std::move(*result);
  }
  json::object& host() { return answer.at("HostConfig").as_object(); }
  json::object& config() { return answer.at("Config").as_object(); }

  /// "field: approved -> made" of each difference.
  [[nodiscard]] std::vector<std::string> differences() const {
    std::vector<std::string> lines;
    for (const Difference& difference : find_differences(order(), made())) {
      lines.push_back(difference.field + ": " + difference.approved + " -> " + difference.made);
    }
    return lines;
  }
};

using Lines = std::vector<std::string>;

inline std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Applies the change to what each engine said of a plain container: the differences must be these.
inline void plain_differs(const std::function<void(Case&)>& change, const Lines& expected) {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    change(c);
    CHECK(text_of(c.differences()) == text_of(expected));
  }
}

inline void full_differs(const std::function<void(Case&)>& change, const Lines& expected) {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    change(c);
    CHECK(text_of(c.differences()) == text_of(expected));
  }
}

}  // namespace skillrun::test
