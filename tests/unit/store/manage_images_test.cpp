// Listing, removing, pruning, measuring and exporting images; leases that keep them.
#include <sys/wait.h>

#include <skillrun/parsing.hpp>

#include "store_fixture.hpp"

using namespace store_test;

namespace manage_images_test {

std::string padded(const std::string& name) { return TarBuilder().file(name, std::string(5000, 'x') + name).bytes(); }

void load(LocalImages& images, const std::string& name, const std::vector<std::string>& layers) {
  const auto loaded = images.load_archive(source_of(saved_image(name, layers)), {}, {}, {});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
}

std::string exported(LocalImages& images, const std::string& reference) {
  std::string archive;
  const ByteSink sink = [&](std::string_view bytes) -> EngineResult<void> {
    archive += bytes;
    return {};
  };
  const auto done = images.export_to(reference, sink, {});
  REQUIRE_MESSAGE(done, done.error().message);
  return archive;
}

}  // namespace manage_images_test

using namespace manage_images_test;

TEST_CASE("the list has each image with its names") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  CHECK(images.list({}).value().empty());
  CHECK(images.usage({}).value().images == 0);
  load(images, "b:1", {padded("x")});
  load(images, "a:1", {padded("x")});
  load(images, "c:1", {padded("y")});
  load(images, "c:1", {padded("z")});
  const auto listed = images.list({}).value();
  REQUIRE(listed.size() == 3);
  CHECK(listed[0].names.empty());
  CHECK(listed[1].names == std::vector<std::string>{"docker.io/library/a:1", "docker.io/library/b:1"});
  CHECK(listed[1].packed_bytes == padded("x").size());
  CHECK(listed[1].id == images.find("a:1", {}).value()->info.id);
  const auto usage = images.usage({}).value();
  CHECK((usage.images == 3 && usage.packed_bytes > 15'000 && usage.unpacked_bytes > 15'000));
}

TEST_CASE("an image goes with its last tag, and with it what no other image needs") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  load(images, "a:1", {padded("shared"), padded("own")});
  load(images, "a:2", {padded("shared"), padded("own")});
  load(images, "b:1", {padded("shared")});
  const auto untagged = images.remove("a:1", {}).value();
  CHECK((untagged.names == std::vector<std::string>{"docker.io/library/a:1"} && untagged.images.empty()));
  CHECK(images.find("a:2", {}).value());
  const auto removed = images.remove("a:2", {}).value();
  CHECK((removed.images.size() == 1 && removed.bytes > 5000));
  CHECK_FALSE(images.find("a:2", {}).value());
  CHECK(text_of(images.find("b:1", {}).value()->layers.at(0) / "shared").size() > 5000);
  CHECK((store.count("layers") == 1 && store.count("images") == 1 && store.count("blobs/sha256") == 3));
  CHECK((store.count("tmp") == 0 && store.count("leases") == 0));
  const auto missing = images.remove("a:2", {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == EngineError::Kind::not_found);
  // By its id an image goes with all names.
  load(images, "c:1", {padded("shared")});
  CHECK(images.remove(images.find("b:1", {}).value()->info.id, {}).value().names.size() == 2);
  CHECK((store.count("layers") == 0 && store.count("blobs/sha256") == 0 && store.count("names") == 0));
}

TEST_CASE("pruning takes what has no name, and all that is not leased when it is asked to") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  CHECK(images.prune(PruneScope::unused, {}).value().images.empty());
  load(images, "a:1", {padded("old")});
  load(images, "a:1", {padded("new")});
  load(images, "b:1", {padded("b")});
  std::ofstream(store.root() / "blobs/sha256" / std::string(64, '0')) << "left by a killed process";
  const auto unnamed = images.prune(PruneScope::unnamed, {}).value();
  CHECK(unnamed.images.size() == 1);
  CHECK((store.count("layers") == 2 && store.count("blobs/sha256") == 6));
  const auto lease = images.lease("a:1", {}).value();
  REQUIRE(lease);
  CHECK(images.prune(PruneScope::unused, {}).value().images.size() == 1);
  CHECK(images.find("a:1", {}).value());
  CHECK_FALSE(images.find("b:1", {}).value());
}

TEST_CASE("a leased image is not removed, and the lease of a process that is killed ends with it") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  load(images, "a:1", {padded("a")});
  CHECK_FALSE(images.lease("b:1", {}).value());
  {
    const auto first = images.lease("a:1", {}).value();
    const auto second = images.lease("a:1", {}).value();
    REQUIRE((first && second));
    LocalImages other = store.open();
    const auto refused = other.remove("a:1", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.contains("in use"));
    CHECK(fs::exists(first->image.layers.at(0) / "a"));
  }
  int ready[2];
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lease = images.lease("a:1", {});
    static_cast<void>(::write(ready[1], "x", 1));
    while (lease) ::pause();
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK_FALSE(images.remove("a:1", {}));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(images.remove("a:1", {}));
  CHECK((store.count("leases") == 0 && store.count("layers") == 0));
}

TEST_CASE("a lease and a removal at once end in an image that is whole or in none") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  for (int round = 0; round < 20; ++round) {
    load(images, "a:1", {padded("a")});
    const pid_t child = ::fork();
    if (child == 0) {
      LocalImages own = store.open();
      static_cast<void>(own.remove("a:1", {}));
      ::_exit(0);
    }
    for (int i = 0; i < 20; ++i) {
      const auto lease = images.lease("a:1", {});
      if (!lease || !*lease) break;
      CHECK(fs::exists((*lease)->image.layers.at(0) / "a"));
    }
    ::waitpid(child, nullptr, 0);
  }
}

TEST_CASE("an exported image is the same image where it is loaded again") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  load(images, "example.com/t/a:1", {padded("a"), padded("b"), padded("a")});
  const std::string archive = exported(images, "example.com/t/a:1");
  CHECK(archive == exported(images, "example.com/t/a:1"));
  const Store elsewhere;
  LocalImages others = elsewhere.open();
  const auto loaded = others.load_archive(source_of(archive, 777), {}, {}, {});
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(loaded->front().names == std::vector<std::string>{"example.com/t/a:1"});
  CHECK(others.find("example.com/t/a:1", {}).value()->info.id == images.find("example.com/t/a:1", {}).value()->info.id);
  // By its id with all of its names.
  load(images, "z:9", {padded("a"), padded("b"), padded("a")});
  CHECK(exported(images, images.find("z:9", {}).value()->info.id).contains("docker.io/library/z:9"));
  CHECK_FALSE(archive.contains("z:9"));
  // A damaged piece is told before the end.
  const fs::path blob = store.root() / "blobs/sha256" / sha256(padded("a"));
  std::string bytes = text_of(blob);
  bytes[600] = 'y';
  std::ofstream(blob, std::ios::binary) << bytes;
  const auto damaged = images.export_to("z:9", [](std::string_view) -> EngineResult<void> { return {}; }, {});
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().message.contains("damaged"));
  const auto full = images.export_to(
      "z:9", [](std::string_view) { return EngineResult<void>(std::unexpected(EngineError{.message = "full"})); }, {});
  REQUIRE_FALSE(full);
  CHECK(full.error().message == "full");
}
