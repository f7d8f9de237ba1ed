// Pulls through skopeo, from registries that are honest and from some that are not.
#include <algorithm>

#include <skillrun/parsing.hpp>

#include "engine/native/store/oci_documents.hpp"
#include "fake_registry.hpp"
#include "store_fixture.hpp"
#include "support/process/find_program.hpp"
#include "unit/environment.hpp"

using namespace store_test;

namespace pull_image_test {

bool can_pull() {
  if (!has_root()) return false;
  if (find_program("skopeo", std::getenv("PATH"))) return true;
  REQUIRE_MESSAGE(std::getenv("CI") == nullptr, "skopeo is not installed");
  MESSAGE("skipped: skopeo is not installed");
  return false;
}

ImageReference reference(const std::string& text) { return parse_image_reference(text).value(); }

const std::string layer = TarBuilder().file("bin/jq", "jq").bytes();
const std::string index_type = "application/vnd.oci.image.index.v1+json";
const std::string manifest_type = "application/vnd.oci.image.manifest.v1+json";

std::string platform_of(const std::string& architecture) {
  return R"(,"platform":{"os":"linux","architecture":")" + architecture + R"("})";
}

}  // namespace pull_image_test

using namespace pull_image_test;

TEST_CASE("an image that is pulled by its tag is found by tag, by digest and by id") {
  if (!can_pull()) return;
  FakeRegistry registry;
  const std::string digits = registry.image(layer, "1");
  const Store store;
  LocalImages images = store.open();
  std::vector<std::string> lines;
  const auto pulled = images.pull_image(reference(registry.name(":1")), {},
                                        [&](const ProgressEvent& event) { lines.push_back(event.text); }, {});
  REQUIRE_MESSAGE(pulled, pulled.error().message);
  CHECK_FALSE(lines.empty());
  const auto image = images.find(registry.name(":1"), {}).value();
  REQUIRE(image);
  CHECK(image->info.repo_digests == std::vector<std::string>{registry.name("@sha256:" + digits)});
  CHECK(image->info.command == std::vector<std::string>{"jq"});
  CHECK(text_of(image->layers.at(0) / "bin/jq") == "jq");
  CHECK(images.find(registry.name("@sha256:" + digits), {}).value()->info.id == image->info.id);
  CHECK(images.find(registry.name(":other@sha256:" + digits), {}).value());
  CHECK_FALSE(images.find(registry.name(":2"), {}).value());
  CHECK(store.count("tmp") == 0);

  // What is there is not brought again.
  const std::size_t before = registry.asked().size();
  REQUIRE(images.pull_image(reference(registry.name(":1")), {}, {}, {}));
  const auto asked = registry.asked();
  CHECK(std::none_of(asked.begin() + static_cast<std::ptrdiff_t>(before), asked.end(),
                     [](const std::string& path) { return path.contains("/blobs/"); }));
}

TEST_CASE("of an index the image of the platform is pulled, and the index's digest names it") {
  if (!can_pull()) return;
  FakeRegistry registry;
  const std::string own = registry.image(layer, "");
  const std::string other = registry.image(TarBuilder().file("bin/jq", "other").bytes(), "");
  const std::string architecture = machine_platform().architecture;
  const std::string index = R"({"schemaVersion":2,"mediaType":")" + index_type + R"(","manifests":[)" +
                            FakeRegistry::descriptor(manifest_type, other, 1, platform_of("s390x")) + "," +
                            FakeRegistry::descriptor(manifest_type, own, 1, platform_of(architecture)) + "]}";
  const std::string top = registry.manifest(index, "1", index_type);
  const Store store;
  LocalImages images = store.open();
  const auto pulled = images.pull_image(reference(registry.name(":1@sha256:" + top)), {}, {}, {});
  REQUIRE_MESSAGE(pulled, pulled.error().message);
  const auto image = images.find(registry.name("@sha256:" + top), {}).value();
  REQUIRE(image);
  CHECK(text_of(image->layers.at(0) / "bin/jq") == "jq");
  CHECK(image->info.repo_digests == std::vector<std::string>{registry.name("@sha256:" + top)});
  REQUIRE(images.pull_image(reference(registry.name(":1")), "linux/s390x", {}, {}));
  CHECK(text_of(images.find(registry.name(":1"), {}).value()->layers.at(0) / "bin/jq") == "other");
  const auto missing = images.pull_image(reference(registry.name(":1")), "linux/riscv64", {}, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == EngineError::Kind::not_found);
}

TEST_CASE("what a registry gives under a digest must have that digest") {
  if (!can_pull()) return;
  FakeRegistry registry;
  const std::string digits = registry.image(layer, "1");
  const std::string promised(64, 'a');
  const Store store;
  LocalImages images = store.open();
  const std::string manifest = "/v2/tools/jq/manifests/sha256:";
  registry.put(manifest + promised,
               {manifest_type, R"({"schemaVersion":2,"mediaType":")" + manifest_type + R"(","config":)" +
                                   FakeRegistry::descriptor("application/vnd.oci.image.config.v1+json", promised, 2) +
                                   R"(,"layers":[]})"});
  CHECK_FALSE(images.pull_image(reference(registry.name("@sha256:" + promised)), {}, {}, {}));
  // A layer that is another one than the manifest names.
  registry.put("/v2/tools/jq/blobs/sha256:" + sha256(layer),
               {"application/octet-stream", TarBuilder().file("bin/jq", "jQ").bytes()});
  CHECK_FALSE(images.pull_image(reference(registry.name("@sha256:" + digits)), {}, {}, {}));
  CHECK(store.count("images") == 0);
  CHECK(store.count("names") == 0);
  CHECK(store.count("layers") == 0);
  CHECK(store.count("tmp") == 0);
}

TEST_CASE("a pull that cannot be says why") {
  if (!can_pull()) return;
  using Kind = EngineError::Kind;
  FakeRegistry registry;
  const Store store;
  LocalImages images = store.open();
  const auto kind_of = [&](const std::string& name, CallLimits limits) {
    const auto pulled = images.pull_image(reference(name), {}, {}, limits);
    REQUIRE_FALSE(pulled);
    return pulled.error().kind;
  };
  CHECK(kind_of(registry.name(":none"), {}) == Kind::not_found);
  CHECK(kind_of("sha256:" + std::string(64, 'a'), {}) == Kind::unsupported);
  CHECK(kind_of("a@sha512:" + std::string(128, 'a'), {}) == Kind::unsupported);
  CHECK(kind_of("127.0.0.1:1/a", {}) == Kind::transient);
  registry.fall_silent();
  CHECK(kind_of(registry.name(":1"), {.deadline = std::chrono::milliseconds{300}}) == Kind::deadline);
  Cancellation cancellation;
  cancellation.cancel();
  CHECK(kind_of(registry.name(":1"), {.cancellation = &cancellation}) == Kind::cancelled);
  const test::Environment nowhere("PATH", "/nonexistent");
  const auto lacking = images.pull_image(reference(registry.name(":1")), {}, {}, {});
  REQUIRE_FALSE(lacking);
  CHECK(lacking.error().kind == Kind::unsupported);
  CHECK(lacking.error().message.contains("install skopeo"));
}
