#include <skillrun/host_view.hpp>

// What an image brings along and the manifest does not show.
#include "run/image_reach.hpp"
#include "unit/run/runs.hpp"

namespace skillrun::test {

namespace {

ApprovedSpec approve_by(std::string_view policy, ContainerSpec spec) {
  auto approved = admit(*Policy::builtin(policy), std::move(spec), LexicalHost());
  REQUIRE(approved);
  return std::move(*approved);
}

ContainerSpec spec_with_label(const std::string& key, const std::string& value) {
  ContainerSpec spec = plain_spec();
  spec.labels.push_back({KeyValue{key, value}, {}});
  return spec;
}

std::vector<std::pair<std::string, std::string>> blanked(const ApprovedSpec& approved) {
  ImageInfo image;
  image.labels = {{"traefik.enable", "true"},
                  {"com.docker.compose.project", "victim"},
                  {"org.opencontainers.image.title", "a tool"},
                  {"acme.owner", "me"}};
  RunLabels labels{{{"skillrun.run", "x"}}};
  blank_labels(labels, image, approved, LexicalHost());
  CHECK(labels.entries.back() == std::pair<std::string, std::string>("skillrun.run", "x"));
  labels.entries.pop_back();
  return labels.entries;
}

}  // namespace

TEST_CASE("labels of an image that other programs obey are empty on the container, as the policy judges a manifest's") {
  const Labels obeyed{{"traefik.enable", ""}, {"com.docker.compose.project", ""}};
  CHECK(blanked(approve_by("baseline", plain_spec())) == obeyed);
  CHECK(blanked(approve_by("privileged", plain_spec())).empty());
}

TEST_CASE("a label of the image stays where it was granted, or the manifest sets it itself") {
  ContainerSpec granted = plain_spec();
  granted.grants = {{.kind = AskKind::label, .subject = "traefik.enable=true", .by = "a test"}};
  CHECK(blanked(approve_by("baseline", granted)) == Labels{{"com.docker.compose.project", ""}});
  // Granted is one value, not the name.
  granted.grants.front().subject = "traefik.enable=other";
  CHECK(blanked(approve_by("baseline", granted)).size() == 2);

  ContainerSpec own = spec_with_label("traefik.enable", "false");
  own.grants = {{.kind = AskKind::label, .subject = "traefik.enable=false", .by = "a test"}};
  CHECK(blanked(approve_by("baseline", own)) == Labels{{"com.docker.compose.project", ""}});
}

TEST_CASE("what was blanked is told to the engine, and an engine that keeps the image's value starts nothing") {
  FakeEngine engine;
  engine.image->labels = {{"traefik.enable", "true"}};
  RunControl control;
  const RunIo io{.input = -1, .output = -1, .error = -1, .capture = true};
  const ApprovedSpec approved = approve_by("baseline", plain_spec());
  CHECK(execute(engine, approved, io, control).status() == RunStatus::exited);
  CHECK(std::ranges::find(engine.created_labels, std::pair<std::string, std::string>("traefik.enable", "")) !=
        engine.created_labels.end());

  FakeEngine stubborn;
  stubborn.image->labels = {{"traefik.enable", "true"}};
  stubborn.on_describe = [](json::object& made) {
    made.at("Config").as_object().at("Labels").as_object()["traefik.enable"] = "true";
  };
  RunControl another;
  CHECK(execute(stubborn, approved, io, another).status() == RunStatus::refused);
  CHECK_FALSE(stubborn.was_called("start"));
}

TEST_CASE("an image's word for graphics cards is void unless the spec asks for some") {
  ImageInfo image;
  image.env = {"PATH=/bin", "NVIDIA_VISIBLE_DEVICES=all"};
  const Labels none{{"NVIDIA_VISIBLE_DEVICES", "void"}};
  ContainerSpec spec = plain_spec();
  CHECK(defused_environment(image, spec) == none);
  CHECK(defused_environment(ImageInfo{}, spec).empty());
  image.env = {"AMD_VISIBLE_DEVICES=0", "ACME_VISIBLE_DEVICES", "AMD_VISIBLE_DEVICES=1", "VISIBLE=1"};
  CHECK(defused_environment(image, spec) == Labels{{"AMD_VISIBLE_DEVICES", "void"}, {"ACME_VISIBLE_DEVICES", "void"}});
  spec.gpus = Setting<GpuRequest>{GpuRequest{}, {}};
  CHECK(defused_environment(image, spec).empty());
}

TEST_CASE("an engine that leaves the image's word for graphics cards in place starts nothing") {
  for (const bool obeys : {true, false}) {
    CAPTURE(obeys);
    FakeEngine engine;
    engine.image->env = {"NVIDIA_VISIBLE_DEVICES=all"};
    engine.on_describe = [&](json::object& made) {
      made.at("Config").as_object()["Env"] =
          list_of(json::string(obeys ? "NVIDIA_VISIBLE_DEVICES=void" : "NVIDIA_VISIBLE_DEVICES=all"));
    };
    RunControl control;
    const RunResult result = execute(engine, approve_by("baseline", plain_spec()),
                                     {.input = -1, .output = -1, .error = -1, .capture = true}, control);
    CHECK(engine.created_options.environment == Labels{{"NVIDIA_VISIBLE_DEVICES", "void"}});
    CHECK(result.status() == (obeys ? RunStatus::exited : RunStatus::refused));
    CHECK(engine.was_called("start") == obeys);
  }
}

}  // namespace skillrun::test
