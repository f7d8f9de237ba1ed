#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "engine/api/create_body.hpp"
#include "unit/engine/api_full_spec.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace {

const EngineInfo docker{.kind = "docker",
                        .transport = "api",
                        .endpoint = {},
                        .version = {},
                        .api_version = "1.47",
                        .os = {},
                        .architecture = {},
                        .rootless = false,
                        .remote = false,
                        .socket = {}};

json::object body_of(const ContainerSpec& spec, const EngineInfo& engine = docker, StartOptions options = {}) {
  return create_body(spec, {}, options, engine);
}

json::object host_of(const ContainerSpec& spec, const EngineInfo& engine = docker) {
  return body_of(spec, engine).at("HostConfig").as_object();
}

}  // namespace

// SKILLRUN_UPDATE_GOLDEN=1 writes the file anew.
TEST_CASE("every member of a spec has its field in the request") {
  const std::string text = pretty(create_body(full_spec(), run_labels(), {}, docker));
  const std::string path = std::string(SKILLRUN_SOURCE_DIR) + "/tests/unit/engine/golden/create_body.json";
  if (std::getenv("SKILLRUN_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  CHECK(text == std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST_CASE("a spec that says nothing leaves everything to the engine") {
  const json::object body = body_of(small_spec());
  CHECK(json::serialize(body) ==
        R"({"Image":"skillrun-test/small:1","Labels":{},"AttachStdin":true,"AttachStdout":true,"AttachStderr":true,)"
        R"("OpenStdin":true,"StdinOnce":true,"Tty":false,"HostConfig":{"AutoRemove":false,)"
        R"("LogConfig":{"Type":"none","Config":{}}}})");
}

TEST_CASE("what explain shows is what is sent") {
  CHECK(create_request_json(full_spec(), run_labels(), {}, docker) ==
        json::serialize(create_body(full_spec(), run_labels(), {}, docker)));
}

TEST_CASE("a container that is kept keeps its log") {
  ContainerSpec spec = small_spec();
  spec.rm = declared(false);
  CHECK_FALSE(host_of(spec).contains("LogConfig"));
  CHECK_FALSE(host_of(spec).at("AutoRemove").as_bool());
}

TEST_CASE("the labels of the run can not be forged by the manifest") {
  const json::object body = create_body(full_spec(), run_labels(), {}, docker);
  CHECK(body.at("Labels").at("skillrun.run").as_string() == "run-1");
  CHECK(body.at("Labels").at("app").as_string() == "x");
}

TEST_CASE("input and terminal follow the decision for this run") {
  const json::object body = body_of(small_spec(), docker, {.standard_input = false, .tty = true});
  CHECK_FALSE(body.at("OpenStdin").as_bool());
  CHECK_FALSE(body.at("StdinOnce").as_bool());
  CHECK_FALSE(body.at("AttachStdin").as_bool());
  CHECK(body.at("Tty").as_bool());
}

TEST_CASE("the caller's user keeps its id on rootless podman, and only there") {
  ContainerSpec spec = small_spec();
  UserSpec user = *parse_user("1000:1000");
  user.host = true;
  spec.user = declared(user);
  EngineInfo engine = docker;
  CHECK(body_of(spec, engine).at("User").as_string() == "1000:1000");
  CHECK_FALSE(host_of(spec, engine).contains("UsernsMode"));
  engine.kind = "podman";
  CHECK_FALSE(host_of(spec, engine).contains("UsernsMode"));
  engine.rootless = true;
  CHECK(host_of(spec, engine).at("UsernsMode").as_string() == "keep-id");
}

TEST_CASE("a path with a colon or a comma is one path") {
  ContainerSpec spec = small_spec();
  spec.mounts = {declared(bind_mount("/a:b,ro=true", "/c:ro"))};
  const json::object host = host_of(spec);
  CHECK_FALSE(host.contains("Binds"));
  CHECK(host.at("Mounts").at(0).at("Source").as_string() == "/a:b,ro=true");
  CHECK(host.at("Mounts").at(0).at("Target").as_string() == "/c:ro");
}

TEST_CASE("only what needs the old form of a bind gets it") {
  ContainerSpec spec = small_spec();
  spec.mounts = {
      declared(with(bind_mount("/a", "/1"), &Mount::read_only, true, &Mount::propagation, Propagation::rslave,
                    &Mount::relabel, Relabel::private_)),
      declared(with(bind_mount("/b", "/2"), &Mount::create_source, true)),
      declared(with(volume_mount("v", "/3"), &Mount::nocopy, true)),
      declared(with(volume_mount("v", "/4"), &Mount::subpath, "deep")),
  };
  const json::object host = host_of(spec);
  CHECK(json::serialize(host.at("Binds")) == R"(["/a:/1:ro,Z,rslave","/b:/2:rw"])");
  CHECK(host.at("Mounts").at(0).at("VolumeOptions").at("NoCopy").as_bool());
  CHECK(host.at("Mounts").at(1).at("VolumeOptions").at("Subpath").as_string() == "deep");
  EngineInfo podman = docker;
  podman.kind = "podman";
  CHECK(json::serialize(host_of(spec, podman).at("Binds")) == R"(["/a:/1:ro,Z,rslave","/b:/2:rw","v:/3:rw,nocopy"])");
}

TEST_CASE("privilege gains that are allowed on purpose are said too") {
  ContainerSpec spec = small_spec();
  spec.no_new_privileges = declared(false);
  CHECK(json::serialize(host_of(spec).at("SecurityOpt")) == R"(["no-new-privileges=false"])");
}

TEST_CASE("no GPU is no request") {
  ContainerSpec spec = small_spec();
  spec.gpus = declared(GpuRequest{0});
  CHECK_FALSE(host_of(spec).contains("DeviceRequests"));
}
