// Where a store is, what documents of images are taken for, and what skopeo's words mean.
#include <doctest/doctest.h>

#include "engine/native/store/oci_documents.hpp"
#include "engine/native/store/skopeo.hpp"
#include "engine/native/store/store_place.hpp"

#include <skillrun/parsing.hpp>

#include "unit/environment.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;

namespace documents_test {

const std::string digest = "sha256:" + std::string(64, 'a');

std::string manifest_with(const std::string& members) { return R"({"schemaVersion":2,)" + members + "}"; }

std::string config_part = R"("config":{"digest":")" + digest + R"(","size":1})";

IndexEntry entry_for(const std::string& os, const std::string& architecture, const std::string& variant) {
  return {.manifest = {.digest = architecture + variant, .size = 1},
          .platform = OciPlatform{.os = os, .architecture = architecture, .variant = variant}};
}

}  // namespace documents_test

using namespace documents_test;

TEST_CASE("root's images are in /var/lib, everybody else's among their data") {
  CHECK(usual_store_place(0, "/data", "/root").root == "/var/lib/skillrun");
  CHECK_FALSE(usual_store_place(0, "", "").rootless);
  CHECK(usual_store_place(1000, "/data", "/home/u").root == "/data/skillrun");
  CHECK(usual_store_place(1000, "data", "/home/u").root == "/home/u/.local/share/skillrun");
  CHECK(usual_store_place(1000, "", "/home/u").rootless);
  CHECK(usual_store_place(1000, "", "u").root.empty());
}

TEST_CASE("a manifest that is two things, or none, is refused") {
  CHECK(parse_manifest(manifest_with(config_part + R"(,"layers":[])")).value().image);
  CHECK(parse_manifest(manifest_with(R"("manifests":[])")).value().index.empty());
  for (const std::string& text :
       {manifest_with(config_part + R"(,"layers":[],"manifests":[])"), manifest_with(R"("x":1)"), std::string("[]"),
        std::string("{"), manifest_with(config_part + R"(,"config":{},"layers":[])"),
        R"({"schemaVersion":1,)" + config_part + R"(,"layers":[]})",
        manifest_with(R"("mediaType":"application/vnd.oci.image.index.v1+json",)" + config_part + R"(,"layers":[])"),
        manifest_with(R"("config":{"digest":"sha512:00","size":1},"layers":[])"),
        manifest_with(R"("config":{"digest":")" + digest + R"(","size":-1},"layers":[])"),
        manifest_with(R"("config":{"digest":")" + digest + R"(","size":"1"},"layers":[])"),
        manifest_with(R"("config":{"mediaType":"application/vnd.in-toto+json","digest":")" + digest +
                      R"(","size":1},"layers":[])"),
        manifest_with(config_part + R"(,"layers":[{"digest":")" + digest + R"(","size":1}])"),
        manifest_with(config_part +
                      R"(,"layers":[{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar",)" +
                      R"("digest":")" + digest + R"(","size":1}])")}) {
    CAPTURE(text);
    const auto parsed = parse_manifest(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == EngineError::Kind::refused);
  }
}

TEST_CASE("a configuration is read whole, and a member of another type refuses it") {
  const std::string rootfs = R"("rootfs":{"type":"layers","diff_ids":[")" + digest + R"("]})";
  const auto config = parse_image_config(
      R"({"os":"linux","architecture":"arm","variant":"v7","config":{"User":"u","Env":["A=b"],"Entrypoint":["e"],)"
      R"("Cmd":null,"WorkingDir":"/w","Labels":{"a":"b"},"Volumes":{"/v":{}},"ExposedPorts":{"80/tcp":{}},)"
      R"("StopSignal":"9","Healthcheck":{"Test":["CMD","x"]}},)" +
      rootfs + "}");
  REQUIRE_MESSAGE(config, config.error().message);
  CHECK((config->info.user == "u" && config->info.working_dir == "/w" && config->stop_signal == "9"));
  CHECK(config->info.env == std::vector<std::string>{"A=b"});
  CHECK(config->info.entrypoint == std::vector<std::string>{"e"});
  CHECK(config->info.volumes == std::vector<std::string>{"/v"});
  CHECK(config->exposed_ports == std::vector<std::string>{"80/tcp"});
  CHECK((config->has_healthcheck && config->platform.variant == "v7"));
  CHECK(config->diff_ids == std::vector<std::string>{std::string(64, 'a')});
  for (const char* broken : {R"("config":{"User":7})", R"("config":{"Env":"A=b"})", R"("config":{"Env":[null]})",
                             R"("config":[])", R"("os":1)"}) {
    CAPTURE(broken);
    CHECK_FALSE(parse_image_config(std::string("{") + broken + "," + rootfs + "}"));
  }
  CHECK_FALSE(parse_image_config(R"({"os":"linux"})"));
  CHECK_FALSE(parse_image_config(R"({"rootfs":{"type":"layers","diff_ids":["md5:1"]}})"));
}

TEST_CASE("of an index the entry is chosen that runs on the platform") {
  const std::vector<IndexEntry> index = {entry_for("windows", "amd64", ""), entry_for("linux", "amd64", "v3"),
                                         entry_for("linux", "amd64", ""),   entry_for("linux", "arm", "v5"),
                                         entry_for("linux", "arm", "v6"),   entry_for("linux", "arm64", "v8")};
  const auto chosen = [&](const std::string& platform) {
    const IndexEntry* const entry = choose_platform(index, parse_oci_platform(platform));
    return entry == nullptr ? std::string() : entry->manifest.digest;
  };
  CHECK(chosen("linux/amd64") == "amd64");
  CHECK(chosen("linux/amd64/v3") == "amd64v3");
  CHECK(chosen("linux/amd64/v2").empty());
  CHECK(chosen("linux/arm64") == "arm64v8");
  CHECK(chosen("linux/arm/v7") == "armv6");
  CHECK(chosen("linux/arm/v5") == "armv5");
  CHECK(chosen("linux/s390x").empty());
  const std::vector<IndexEntry> unspecific = {IndexEntry{.manifest = {.digest = "any", .size = 1}}};
  CHECK(choose_platform(unspecific, parse_oci_platform("linux/s390x"))->manifest.digest == "any");
}

TEST_CASE("attestations that stand in an index are no images") {
  const auto index = parse_manifest(
      manifest_with(R"("manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest +
                    R"(","size":1,"platform":{"os":"unknown","architecture":"unknown"}},{"mediaType":"text/plain"}])"));
  REQUIRE_MESSAGE(index, index.error().message);
  CHECK(index->index.empty());
}

TEST_CASE("what the store writes it can read") {
  const std::string diff_id(64, 'c');
  const auto config = parse_image_config(write_config(diff_id, {{"a", "b\"c"}}));
  REQUIRE_MESSAGE(config, config.error().message);
  CHECK(config->diff_ids == std::vector<std::string>{diff_id});
  CHECK(config->info.labels == std::vector<std::pair<std::string, std::string>>{{"a", "b\"c"}});
  const auto manifest = parse_manifest(
      write_manifest({.digest = diff_id, .size = 3}, {{.digest = std::string(64, 'd'), .size = 4}}, {true}));
  REQUIRE_MESSAGE(manifest, manifest.error().message);
  REQUIRE(manifest->image);
  CHECK(manifest->image->config.digest == diff_id);
  CHECK(manifest->image->layers.at(0).size == 4);
}

TEST_CASE("skopeo's words become kinds of errors") {
  using Kind = EngineError::Kind;
  const auto fatal = [](const std::string& message) {
    return skopeo_error(1, "time=\"2026-01-01T00:00:00Z\" level=fatal msg=\"" + message + "\"\n");
  };
  const auto missing = fatal(R"(Error parsing image name \"docker://x\": reading manifest 9 in x: manifest unknown)");
  CHECK(missing.kind == Kind::not_found);
  CHECK(missing.message == R"(Error parsing image name "docker://x": reading manifest 9 in x: manifest unknown)");
  CHECK(fatal("name unknown: repository name not known to registry").kind == Kind::not_found);
  CHECK(fatal("unauthorized: authentication required").kind == Kind::refused);
  CHECK(fatal("unauthorized: authentication required").message.contains("log in"));
  CHECK(fatal("dial tcp 127.0.0.1:1: connect: connection refused").kind == Kind::transient);
  CHECK(skopeo_error(137, "").message == "skopeo was killed by signal 9");
  CHECK(skopeo_error(1, "something\n").message == "something");
}

TEST_CASE("docker's logins are found where the caller says that they are, unless skopeo's own variable says more") {
  const test::TemporaryFolder folder;
  const test::Environment place("DOCKER_CONFIG", folder.path());
  const test::Environment other("REGISTRY_AUTH_FILE", "");
  CHECK(registry_login_words().empty());
  const std::string file = folder.write("config.json", "{}");
  CHECK(registry_login_words() == std::vector<std::string>{"--authfile=" + file});
  const test::Environment said("REGISTRY_AUTH_FILE", "/elsewhere");
  CHECK(registry_login_words().empty());
}

TEST_CASE("only a registry of this machine's loopback is spoken to without TLS") {
  for (const char* registry : {"localhost", "localhost:5000", "127.0.0.1:5000", "127.8.9.1"}) {
    CHECK_MESSAGE(is_loopback_registry(registry), registry);
  }
  for (const char* registry :
       {"127.evil.example", "localhost.example:5000", "10.0.0.1:5000", "docker.io", "1270.0.0.1"}) {
    CHECK_FALSE_MESSAGE(is_loopback_registry(registry), registry);
  }
  CHECK(skopeo_name(parse_image_reference("a:1@" + digest).value()) == "docker://docker.io/library/a@" + digest);
  CHECK(skopeo_name(parse_image_reference("127.0.0.1:5000/a").value()) == "docker://127.0.0.1:5000/a:latest");
}
