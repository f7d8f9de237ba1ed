#include <doctest/doctest.h>
#include <skillrun/engine_request.hpp>
#include <skillrun/parsing.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "engine/docker/create_body.hpp"
#include "spec/spec_fields.hpp"
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
                        .socket = {},
                        .enforcement = {}};

json::object body_of(const ContainerSpec& spec, const EngineInfo& engine = docker, StartOptions options = {}) {
  return create_body(spec, {}, options, dialect_of(engine));
}

json::object host_of(const ContainerSpec& spec, const EngineInfo& engine = docker) {
  return body_of(spec, engine).at("HostConfig").as_object();
}

// SKILLRUN_UPDATE_GOLDENS=1 writes the files anew.
void check_golden(const ContainerSpec& spec, const std::string& name) {
  const std::string text = pretty(create_body(spec, run_labels(), {}, dialect_of(docker)));
  const std::string path = std::string(SKILLRUN_SOURCE_DIR) + "/tests/unit/engine/golden/" + name;
  if (std::getenv("SKILLRUN_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  CHECK(text == std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

TEST_CASE("every member of a spec has its field in the request") {
  check_golden(full_spec(), "create_body.json");
  check_golden(rare_spec(), "create_body_rare.json");
}

TEST_CASE("a folder with a comma or a quote in its name is a bind in words for podman, which would misread an object") {
  ContainerSpec spec;
  spec.mounts = {declared(bind_mount("/a,b", "/x")), declared(bind_mount("/a\"b", "/y")),
                 declared(bind_mount("/a:b", "/z"))};
  EngineInfo podman = docker;
  podman.kind = "podman";
  const json::object host = host_of(spec, podman);
  REQUIRE(host.at("Binds").as_array().size() == 2);
  CHECK(std::string(host.at("Binds").at(0).as_string()).starts_with("/a,b:/x"));
  CHECK(std::string(host.at("Binds").at(1).as_string()).starts_with("/a\"b:/y"));
  CHECK(host.at("Mounts").at(0).at("Source") == "/a:b");
  CHECK(host_of(spec).at("Mounts").as_array().size() == 3);
}

TEST_CASE("a terminal has its size from the creation on, where the engine's API knows that") {
  const StartOptions options{.tty = true, .terminal_size = TerminalSize{33, 111}};
  const auto size_of = [&](const EngineInfo& engine, const StartOptions& asked) {
    const json::object host = body_of({}, engine, asked).at("HostConfig").as_object();
    return host.contains("ConsoleSize") ? json::serialize(host.at("ConsoleSize")) : "";
  };
  CHECK(size_of(docker, options) == "[33,111]");
  CHECK(size_of(docker, {.tty = true}) == "");
  CHECK(size_of(docker, {.terminal_size = TerminalSize{33, 111}}) == "");
  EngineInfo old = docker;
  old.api_version = "1.41";
  CHECK(size_of(old, options) == "");
  EngineInfo podman = docker;
  podman.kind = "podman";
  CHECK(size_of(podman, options) == "");
}

TEST_CASE("the two specs of these tests leave out no field that an engine gets") {
  std::set<std::string_view> covered;
  for (const ContainerSpec& spec : {full_spec(), rare_spec()}) {
    for (const SpecField& field : spec_fields(spec)) covered.insert(field.name);
  }
  // How skillrun makes the image, ends the run or passes streams; and two that the next case looks at.
  const std::set<std::string_view> others{"build",
                                          "detach",
                                          "rm",
                                          "pull",
                                          "quiet",
                                          "timeout",
                                          "stdin",
                                          "tty",
                                          "gateway_priority",
                                          "network_driver_options"};
  for (const std::string_view name : spec_field_names()) {
    CAPTURE(name);
    CHECK(covered.contains(name) != others.contains(name));
  }
}

TEST_CASE("an older server takes the MAC address with the container, a newer one with the endpoint") {
  ContainerSpec spec = small_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::bridge, ""});
  spec.mac_address = declared(std::string("02:42:ac:11:00:02"));
  spec.gateway_priority = declared(std::int64_t{5});
  spec.network_driver_options = {declared(KeyValue{"a", "b"})};
  EngineInfo newer = docker;
  newer.api_version = "1.48";
  const json::object body = body_of(spec, newer);
  CHECK_FALSE(body.contains("MacAddress"));
  CHECK(json::serialize(body.at("NetworkingConfig")) ==
        R"({"EndpointsConfig":{"bridge":{"DriverOpts":{"a":"b"},"MacAddress":"02:42:ac:11:00:02","GwPriority":5}}})");
  EngineInfo older = docker;
  older.api_version = "1.41";
  CHECK(body_of(spec, older).at("MacAddress") == "02:42:ac:11:00:02");
}

TEST_CASE("a log that the manifest asks for is kept, whether the container is or not") {
  ContainerSpec spec = small_spec();
  spec.log_options = {declared(KeyValue{"max-size", "1m"})};
  CHECK(json::serialize(host_of(spec).at("LogConfig")) == R"({"Type":"","Config":{"max-size":"1m"}})");
}

TEST_CASE("a health check that is switched off") {
  ContainerSpec spec = small_spec();
  Healthcheck check;
  check.disabled = true;
  spec.healthcheck = declared(check);
  CHECK(json::serialize(body_of(spec).at("Healthcheck")) == R"({"Test":["NONE"]})");
}

TEST_CASE("a spec that says nothing leaves everything to the engine") {
  const json::object body = body_of(small_spec());
  CHECK(json::serialize(body) ==
        R"({"Image":"skillrun-test/small:1","Labels":{},"AttachStdin":true,"AttachStdout":true,"AttachStderr":true,)"
        R"("OpenStdin":true,"StdinOnce":true,"Tty":false,"HostConfig":{)"
        R"("LogConfig":{"Type":"none","Config":{}},"AutoRemove":false}})");
}

TEST_CASE("what explain shows is what is sent") {
  CHECK(create_request_json(full_spec(), run_labels(), {}, docker) ==
        json::serialize(create_body(full_spec(), run_labels(), {}, dialect_of(docker))));
}

TEST_CASE("a container that is kept keeps its log") {
  ContainerSpec spec = small_spec();
  spec.rm = declared(false);
  CHECK_FALSE(host_of(spec).contains("LogConfig"));
  CHECK_FALSE(host_of(spec).at("AutoRemove").as_bool());
}

TEST_CASE("the labels of the run cannot be forged by the manifest") {
  const json::object body = create_body(full_spec(), run_labels(), {}, dialect_of(docker));
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
  CHECK(json::serialize(host.at("Binds")) == R"(["/a:/1:ro,Z,rslave"])");
  // No engine is told to make what is missing.
  CHECK(host.at("Mounts").at(0).at("Source").as_string() == "/b");
  CHECK(host.at("Mounts").at(1).at("VolumeOptions").at("NoCopy").as_bool());
  CHECK(host.at("Mounts").at(2).at("VolumeOptions").at("Subpath").as_string() == "deep");
  EngineInfo podman = docker;
  podman.kind = "podman";
  CHECK(json::serialize(host_of(spec, podman).at("Binds")) == R"(["/a:/1:ro,Z,rslave","v:/3:rw,nocopy"])");
}

TEST_CASE("privilege gains that are allowed on purpose are said too") {
  ContainerSpec spec = small_spec();
  spec.no_new_privileges = declared(false);
  CHECK(json::serialize(host_of(spec).at("SecurityOpt")) == R"(["no-new-privileges=false"])");
}

TEST_CASE("a link on a network that somebody made is said with the endpoint too") {
  ContainerSpec spec = full_spec();
  spec.links = {declared(Link{"db", "database"})};
  spec.network_mode = declared(*parse_network("lan"));
  const json::array said{"db:database"};
  json::value body = body_of(spec);
  CHECK(body.at_pointer("/HostConfig/Links") == said);
  CHECK(body.at_pointer("/NetworkingConfig/EndpointsConfig/lan/Links") == said);
  spec.network_mode = declared(*parse_network("bridge"));
  body = body_of(spec);
  CHECK(body.at_pointer("/HostConfig/Links") == said);
  const std::string text = json::serialize(body);
  CHECK(text.find("\"Links\"") == text.rfind("\"Links\""));
}
