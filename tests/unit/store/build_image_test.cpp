// Images that buildah builds from a context.
#include <skillrun/parsing.hpp>

#include "store_fixture.hpp"
#include "support/process/find_program.hpp"
#include "unit/environment.hpp"

using namespace store_test;

namespace build_image_test {

/// A buildah that writes what it is asked into a file and gives the layout that lies beside it.
std::string script(const std::string& folder) {
  return "#!/bin/sh\necho \"$@\" A=$A >>" + folder + "/asked\nfor word; do case $word in\n--iidfile=*) cat " + folder +
         "/id >\"${word#--iidfile=}\";;\noci:*) cp -r " + folder +
         "/layout \"${word#oci:}\";;\nesac; done\nif [ \"$1\" = build ]; then echo 'STEP 1'; exit $(cat " + folder +
         "/status); fi\n";
}

const std::string made_layer = TarBuilder().file("made", "x").bytes();

BuildRequest request_for(const std::string& name) {
  return {.dockerfile = "Dockerfile",
          .target = "t",
          .args = {{"A", "secret value"}},
          .reference = name,
          .platform = {},
          .labels = {{"skillrun.recipe", "1"}}};
}

}  // namespace build_image_test

using namespace build_image_test;

TEST_CASE("an image is built by buildah, whose arguments no other user can read, and is taken as it says") {
  if (!has_root()) return;
  const test::TemporaryFolder folder;
  const fs::path place = folder.path();
  static_cast<void>(folder.write("buildah", script(folder.path()), true));
  static_cast<void>(folder.write("runc", "", true));
  static_cast<void>(folder.write("status", "0"));
  fs::create_directories(place / "layout/blobs/sha256");
  const auto blob = [&](const std::string& bytes) {
    std::ofstream(place / "layout/blobs/sha256" / sha256(bytes), std::ios::binary) << bytes;
    return R"("digest":"sha256:)" + sha256(bytes) + R"(","size":)" + std::to_string(bytes.size());
  };
  const std::string config = R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:)" +
                             sha256(made_layer) + "\"]}}";
  const std::string manifest = R"({"schemaVersion":2,"config":{)" + blob(config) +
                               R"(},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",)" +
                               blob(made_layer) + "}]}";
  static_cast<void>(folder.write("layout/index.json", R"({"schemaVersion":2,"manifests":[{"mediaType":)"
                                                      R"("application/vnd.oci.image.manifest.v1+json",)" +
                                                          blob(manifest) + "}]}"));
  static_cast<void>(folder.write("id", "sha256:" + sha256(config)));
  const test::Environment path("PATH", folder.path() + ":/usr/bin:/bin");
  const std::string context = TarBuilder().file("Dockerfile", "FROM scratch\n").bytes();
  const std::string name = "skillrun.invalid/built/x:" + std::string(64, 'a');

  const Store store;
  LocalImages images = store.open();
  std::vector<std::string> lines;
  const ProgressSink progress = [&](const ProgressEvent& event) { lines.push_back(event.text); };
  const auto built = images.build_image(request_for(name), source_of(context), progress, {});
  REQUIRE_MESSAGE(built, built.error().message);
  CHECK(text_of(images.find(name, {}).value()->layers.at(0) / "made") == "x");
  CHECK(lines.front() == "STEP 1");
  const std::string asked = text_of(place / "asked");
  CHECK(asked.contains("--build-arg=A "));
  CHECK(asked.contains("A=secret value\n"));
  CHECK_FALSE(asked.contains("--build-arg=A=secret"));
  CHECK(asked.contains("--target=t --"));
  CHECK(asked.contains("--label=skillrun.recipe=1"));
  CHECK(asked.contains("rmi " + sha256(config)));
  CHECK(store.count("tmp") == 0);

  // It must have given what it says that it has built, and a failure leaves no image.
  REQUIRE(images.remove(name, {}));
  static_cast<void>(folder.write("id", "sha256:" + std::string(64, 'b')));
  CHECK_FALSE(images.build_image(request_for(name), source_of(context), progress, {}));
  static_cast<void>(folder.write("status", "3"));
  const auto failed = images.build_image(request_for("other"), source_of(context), progress, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == EngineError::Kind::refused);
  CHECK_FALSE(images.find("other", {}).value());
  // A Dockerfile that is a link out of the context is not read.
  const std::string leading_out = TarBuilder().symlink("Dockerfile", "/etc/passwd").bytes();
  CHECK_FALSE(images.build_image(request_for("other"), source_of(leading_out), progress, {}));
}

TEST_CASE("without buildah a build says what to install") {
  const test::Environment path("PATH", "/nonexistent");
  const Store store;
  LocalImages images = store.open();
  const auto built = images.build_image(request_for("x"), source_of(""), {}, {});
  REQUIRE_FALSE(built);
  CHECK(built.error().kind == EngineError::Kind::unsupported);
  CHECK(built.error().message.contains("install buildah"));
  CHECK_FALSE(fs::exists(store.root()));
}
