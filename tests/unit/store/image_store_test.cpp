// What is in a store, by which names, and what never gets there.
#include <sys/file.h>

#include "store_fixture.hpp"

using namespace store_test;

namespace image_store_test {

std::string layer_of(const std::string& name) { return TarBuilder().file(name, "content of " + name).bytes(); }

std::string hex(const std::string& id) { return id.substr(std::string("sha256:").size()); }

/// An OCI layout of one image, as an archive; `twist` may change its files before they are packed.
std::string layout(const std::vector<std::string>& layers, const std::string& ref,
                   const std::function<void(std::map<std::string, std::string>&)>& twist = {}) {
  std::map<std::string, std::string> files;
  const auto blob = [&](const std::string& bytes) {
    files["blobs/sha256/" + sha256(bytes)] = bytes;
    return R"("digest":"sha256:)" + sha256(bytes) + R"(","size":)" + std::to_string(bytes.size());
  };
  std::string diff_ids;
  std::string packed;
  for (const std::string& layer : layers) {
    diff_ids += (diff_ids.empty() ? "\"sha256:" : ",\"sha256:") + sha256(layer) + "\"";
    packed += (packed.empty() ? "" : ",") + std::string(R"({"mediaType":"application/vnd.oci.image.layer.v1.tar",)") +
              blob(layer) + "}";
  }
  const std::string config = blob(R"({"architecture":"amd64","os":"linux","config":{"StopSignal":"SIGINT"},)"
                                  R"("rootfs":{"type":"layers","diff_ids":[)" +
                                  diff_ids + "]}}");
  const std::string manifest =
      blob(R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",)" + config +
           R"(},"layers":[)" + packed + "]}");
  files["index.json"] =
      R"({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",)" + manifest +
      R"(,"annotations":{"io.containerd.image.name":")" + ref + R"("}}]})";
  files["oci-layout"] = R"({"imageLayoutVersion":"1.0.0"})";
  if (twist) twist(files);
  TarBuilder tar;
  for (const auto& [path, bytes] : files) tar.add({.path = "x", .content = bytes, .pax = {{"path", path}}});
  return tar.bytes();
}

/// Nothing of what was refused is left, and what is there is whole.
void check_clean(const Store& store) {
  CHECK(store.count("tmp") == 0);
  CHECK(store.count("names") == 0);
  CHECK(store.count("images") == 0);
  for (const auto& entry : fs::directory_iterator(store.root() / "blobs/sha256")) {
    CHECK(sha256(text_of(entry.path())) == entry.path().filename());
  }
}

}  // namespace image_store_test

using namespace image_store_test;

TEST_CASE("an image of one layer is found by its name and by its id, with its labels, by another process, too") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  CHECK(images.find("tools/jq", {}).value() == std::nullopt);
  CHECK_FALSE(fs::exists(store.root()));
  const ImportRequest request{.reference = "skillrun.invalid/built/x:" + std::string(64, 'a'),
                              .labels = {{"skillrun.recipe", "abc"}, {"b", "1"}}};
  const auto imported = images.import_image(request, source_of(layer_of("bin/jq"), 100), {});
  REQUIRE_MESSAGE(imported, imported.error().message);

  LocalImages other = store.open();
  const auto found = other.find(request.reference, {});
  REQUIRE_MESSAGE(found, found.error().message);
  REQUIRE(*found);
  CHECK((*found)->info.labels == request.labels);
  CHECK((*found)->info.os == "linux");
  REQUIRE((*found)->layers.size() == 1);
  CHECK(text_of((*found)->layers[0] / "bin/jq") == "content of bin/jq");
  CHECK((*found)->layers[0].filename() == sha256(layer_of("bin/jq")));
  CHECK(other.find((*found)->info.id, {}).value()->info.id == (*found)->info.id);
  CHECK(sha256(text_of(store.root() / "blobs/sha256" / hex((*found)->info.id))) == hex((*found)->info.id));
  CHECK(other.inspect_image(request.reference, {}).value()->id == (*found)->info.id);
  CHECK(other.find("sha256:" + std::string(64, 'b'), {}).value() == std::nullopt);
  CHECK(store.count("tmp") == 0);
}

TEST_CASE("the same import is the same image, and a name goes to the last one") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  const auto import = [&](const std::string& name, const std::string& file) {
    const auto done = images.import_image({.reference = name, .labels = {}}, source_of(layer_of(file)), {});
    REQUIRE_MESSAGE(done, done.error().message);
    return images.find(name, {}).value()->info.id;
  };
  const std::string first = import("a", "x");
  CHECK(import("docker.io/library/b:latest", "x") == first);
  CHECK(images.find("b", {}).value()->info.id == first);
  CHECK(store.count("layers") == 1);
  CHECK(import("a", "y") != first);
  CHECK(images.find("index.docker.io/library/a:latest", {}).value()->info.id != first);
  for (const std::string& name :
       {"a@sha256:" + std::string(64, 'a'), "sha256:" + std::string(64, 'a'), std::string("A")}) {
    CHECK_FALSE(images.import_image({.reference = name, .labels = {}}, source_of(layer_of("x")), {}));
  }
}

TEST_CASE("what docker save writes is loaded with its names and its configuration") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  const auto loaded =
      images.load_archive(source_of(saved_image("tools/jq:1", {layer_of("a"), layer_of("b")})), {}, {}, {});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  REQUIRE(loaded->size() == 1);
  CHECK(loaded->front().names == std::vector<std::string>{"docker.io/tools/jq:1"});
  const auto found = images.find("tools/jq:1", {}).value();
  REQUIRE(found);
  CHECK(found->info.id == loaded->front().id);
  CHECK((found->info.user == "7" && found->info.command == std::vector<std::string>{"sh"}));
  REQUIRE(found->layers.size() == 2);
  CHECK((fs::exists(found->layers[0] / "a") && fs::exists(found->layers[1] / "b")));
}

TEST_CASE("an OCI layout is loaded from an archive and from a folder") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  const auto loaded = images.load_archive(source_of(layout({layer_of("a")}, "example.com/t/a:2")), {}, {}, {});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(images.find("example.com/t/a:2", {}).value()->stop_signal == "SIGINT");
  const test::TemporaryFolder folder;
  std::map<std::string, std::string> kept;
  static_cast<void>(layout({layer_of("b")}, "", [&](auto& files) { kept = files; }));
  for (const auto& [path, bytes] : kept) {
    fs::create_directories((fs::path(folder.path()) / path).parent_path());
    static_cast<void>(folder.write(path, bytes));
  }
  const auto unnamed = images.load_layout(folder.path(), {}, {}, {});
  REQUIRE_MESSAGE(unnamed, unnamed.error().message);
  CHECK(unnamed->front().names.empty());
  CHECK(images.find(unnamed->front().id, {}).value());
  const auto named = images.load_layout(folder.path(), parse_image_reference("n:1").value(), {}, {});
  REQUIRE(named);
  CHECK(images.find("n:1", {}).value()->info.id == unnamed->front().id);
  // A link in the folder could lead to any file of this machine.
  fs::rename(folder.path() + "/index.json", folder.path() + "/real.json");
  fs::create_symlink("real.json", folder.path() + "/index.json");
  CHECK_FALSE(images.load_layout(folder.path(), {}, {}, {}));
}

TEST_CASE("an archive that is docker's and an OCI layout must mean one thing") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  const std::string other = layer_of("other");
  const auto both = [&](bool same) {
    return layout({layer_of("a")}, "x:1", [&](std::map<std::string, std::string>& files) {
      std::string config;
      for (const auto& [path, bytes] : files) {
        if (bytes.contains("diff_ids")) config = path;
      }
      if (!same) {
        files["other.json"] = R"({"rootfs":{"type":"layers","diff_ids":["sha256:)" + sha256(other) + R"("]}})";
        files["other.tar"] = other;
      }
      files["manifest.json"] = same ? R"([{"Config":")" + config + R"(","RepoTags":["x:1"],"Layers":["blobs/sha256/)" +
                                          sha256(layer_of("a")) + R"("]}])"
                                    : R"([{"Config":"other.json","RepoTags":["x:1"],"Layers":["other.tar"]}])";
    });
  };
  const auto refused = images.load_archive(source_of(both(false)), {}, {}, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.contains("describe different images"));
  check_clean(store);
  CHECK(images.load_archive(source_of(both(true)), {}, {}, {}));
}

TEST_CASE("a blob, layer or size that is not what was promised is refused and leaves no image") {
  if (!has_root()) return;
  const auto refusal = [](const std::string& archive) {
    const Store store;
    LocalImages images = store.open();
    const auto loaded = images.load_archive(source_of(archive), {}, {}, {});
    check_clean(store);
    CHECK(store.count("layers") == 0);
    return loaded ? std::string() : loaded.error().message;
  };
  const std::string layer = layer_of("a");
  const auto change = [](const std::string& marker, const std::string& from, const std::string& to) {
    return [=](std::map<std::string, std::string>& files) {
      for (auto& [path, bytes] : files) {
        const std::size_t at = bytes.find(marker) == std::string::npos ? std::string::npos : bytes.find(from);
        if (at != std::string::npos) bytes.replace(at, from.size(), to);
      }
    };
  };
  CHECK(refusal(layout({layer}, "x:1", change("content of a", "content of a", "content of b")))
            .contains("not what its digest promises"));
  CHECK(refusal(layout({layer}, "x:1", change("StopSignal", "SIGINT", "SIGHUP"))).contains("not what its digest"));
  CHECK(refusal(layout({layer}, "x:1", [](auto& files) { files.erase("index.json"); })).contains("neither"));
  CHECK(refusal(layout({layer}, "x:1", [&](auto& files) {
          files.erase("blobs/sha256/" + sha256(layer));
        })).contains("lacks"));
  // The configuration promises another layer than the manifest brings.
  std::string lying = saved_image("x:1", {layer});
  lying.replace(lying.find(sha256(layer)), 64, sha256("another"));
  CHECK(refusal(lying).contains("where the image's configuration promises"));
}

TEST_CASE("an archive cannot claim a name of what skillrun builds, nor one that is none") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  for (const char* name : {"skillrun.invalid/built/x:1", "SKILLRUN.invalid/built/x:1", "--x", "a@sha256:1"}) {
    const auto loaded = images.load_archive(source_of(saved_image(name, {layer_of("a")})), {}, {}, {});
    CHECK_FALSE_MESSAGE(loaded, name);
  }
  CHECK_FALSE(images.load_archive(source_of(saved_image("a", {layer_of("a")})),
                                  parse_image_reference("skillrun.invalid/built/x:1").value(), {}, {}));
  check_clean(store);
}

TEST_CASE("a layer that comes twice lies where it lay last, and nothing lies below one that hides all") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  const std::string a = layer_of("a");
  const std::string b = layer_of("b");
  const std::string hiding = TarBuilder().file(".wh..wh..opq", "").file("c", "x").bytes();
  REQUIRE(images.load_archive(source_of(saved_image("twice", {a, b, a})), {}, {}, {}));
  const auto twice = images.find("twice", {}).value()->layers;
  REQUIRE(twice.size() == 2);
  CHECK((twice[0].filename() == sha256(b) && twice[1].filename() == sha256(a)));
  REQUIRE(images.load_archive(source_of(saved_image("hiding", {a, hiding, b})), {}, {}, {}));
  const auto hidden = images.find("hiding", {}).value()->layers;
  REQUIRE(hidden.size() == 2);
  CHECK(hidden[0].filename() == sha256(hiding));
}

TEST_CASE("a store that others can change is not used") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  REQUIRE(images.import_image({.reference = "a", .labels = {}}, source_of(layer_of("x")), {}));
  CHECK(status_of(store.root()).st_mode == (S_IFDIR | 0700));
  for (const char* part : {"", "layers", "blobs/sha256", "names"}) {
    const fs::path path = store.root() / part;
    REQUIRE(::chmod(path.c_str(), 0770) == 0);
    const auto refused = images.find("a", {});
    REQUIRE_FALSE_MESSAGE(refused, part);
    CHECK(refused.error().kind == EngineError::Kind::permission_denied);
    REQUIRE(::chmod(path.c_str(), 0700) == 0);
    REQUIRE(::chown(path.c_str(), 12345, 0) == 0);
    CHECK_FALSE(images.find("a", {}));
    REQUIRE(::chown(path.c_str(), 0, 0) == 0);
  }
  CHECK(images.find("a", {}).value());
}

TEST_CASE("a record that is damaged is an error and not an absence") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  REQUIRE(images.import_image({.reference = "a", .labels = {}}, source_of(layer_of("x")), {}));
  const std::string id = images.find("a", {}).value()->info.id;
  const fs::path blob = store.root() / "blobs/sha256" / hex(id);
  const std::string config = text_of(blob);
  std::ofstream(blob, std::ios::binary) << config << " ";
  CHECK_FALSE(images.find("a", {}));
  std::ofstream(blob, std::ios::binary) << config;
  CHECK(images.find("a", {}).value());
  std::ofstream(store.root() / "names" / sha256("docker.io/library/a:latest"), std::ios::binary) << "{";
  CHECK_FALSE(images.find("a", {}));
}
