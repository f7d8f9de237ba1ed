// Processes that are killed while they store images, disks that are full, and several processes at once.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <csignal>
#include <random>
#include <thread>

#include "store_fixture.hpp"

using namespace store_test;

namespace crash_test {

std::string big_layer(int number) {
  TarBuilder tar;
  for (int i = 0; i < 60; ++i) {
    tar.file("d" + std::to_string(i % 7) + "/f" + std::to_string(i),
             std::string(20'000, static_cast<char>('a' + number)));
  }
  return tar.bytes();
}

std::string image_name(int number) { return "image:" + std::to_string(number); }

std::string image_archive(int number) {
  return saved_image(image_name(number),
                     {big_layer(number), big_layer(number + 1), TarBuilder().file("x", "x").bytes()});
}

/// Runs `work` in a child; doctest and the locks of this process stay out of it.
template <class Work>
pid_t in_child(const Work& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work() ? 0 : 1);
  return child;
}

int status_of_child(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

/// Everything that has a name in the store is what the name promises, and every image that is there can be run.
void check_whole(const fs::path& root, LocalImages& images) {
  for (const auto& blob : fs::directory_iterator(root / "blobs/sha256")) {
    CHECK(sha256(text_of(blob.path())) == blob.path().filename());
  }
  for (int number = 0; number < 3; ++number) {
    const std::string wanted = sha256(big_layer(number));
    const fs::path layer = root / "layers" / wanted;
    if (!fs::exists(layer)) continue;
    for (int i = 0; i < 60; ++i) {
      const fs::path file = layer / ("d" + std::to_string(i % 7)) / ("f" + std::to_string(i));
      CHECK(fs::file_size(file) == 20'000);
    }
    CHECK(status_of(layer / "d3").st_mtim.tv_sec == 0);
  }
  for (const auto& image : fs::directory_iterator(root / "images")) {
    const auto found = images.find("sha256:" + image.path().filename().string(), {});
    CHECK_MESSAGE(found, found.error().message);
    CHECK(found.value());
  }
  for (int number = 0; number < 2; ++number) {
    const auto found = images.find(image_name(number), {});
    CHECK(found);
    if (found && *found) CHECK((*found)->layers.size() == 3);
  }
}

}  // namespace crash_test

using namespace crash_test;

TEST_CASE("a process that is killed at any moment leaves nothing half, and the next one clears the rest") {
  if (!has_root()) return;
  const Store store;
  LocalImages images = store.open();
  std::minstd_rand random(7);
  int killed = 0;
  for (int round = 0; round < 60; ++round) {
    const int number = round % 2;
    const pid_t child =
        in_child([&] { return store.open().load_archive(source_of(image_archive(number)), {}, {}, {}).has_value(); });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    ::kill(child, SIGKILL);
    killed += WIFSIGNALED(status_of_child(child)) ? 1 : 0;
    if (!fs::exists(store.root() / "tmp")) continue;
    CHECK(store.count("tmp") <= 1);
    check_whole(store.root(), images);
    // What got through would leave the others nothing to do.
    if (store.count("images") > 1) fs::remove_all(store.root());
  }
  CHECK(killed > 10);
  for (const int number : {0, 1}) {
    const auto loaded = images.load_archive(source_of(image_archive(number)), {}, {}, {});
    REQUIRE_MESSAGE(loaded, loaded.error().message);
  }
  CHECK(store.count("tmp") == 0);
  check_whole(store.root(), images);
}

TEST_CASE("processes that store the same images at once all succeed") {
  if (!has_root()) return;
  const Store store;
  std::vector<pid_t> children;
  for (int at = 0; at < 6; ++at) {
    children.push_back(
        in_child([&] { return store.open().load_archive(source_of(image_archive(at % 2)), {}, {}, {}).has_value(); }));
  }
  for (const pid_t child : children) CHECK(status_of_child(child) == 0);
  LocalImages images = store.open();
  CHECK(images.find(image_name(0), {}).value());
  CHECK(images.find(image_name(1), {}).value());
  CHECK(store.count("layers") == 4);
  CHECK(store.count("tmp") == 0);
  check_whole(store.root(), images);
}

TEST_CASE("a full disk is an error that leaves nothing half, and room again is enough") {
  if (!has_root()) return;
  const test::TemporaryFolder folder;
  // The mount is in a namespace of the child's.
  const auto run = [&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 2;
    int taken = 0;
    for (int size = 200; size <= 12'000; size += 400) {
      const std::string options = "size=" + std::to_string(size) + "k";
      if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, options.c_str()) != 0) return 3;
      LocalImages images({.root = folder.path() + "/store"}, {.keep_free = 0});
      const auto loaded = images.load_archive(source_of(image_archive(0)), {}, {}, {});
      taken += loaded ? 1 : 0;
      if (!loaded && !loaded.error().message.contains("make room")) return 4;
      const fs::path root = folder.path() + "/store";
      std::error_code error;
      if (fs::exists(root / "tmp") && !fs::is_empty(root / "tmp", error)) return 5;
      if (!loaded && fs::exists(root / "tmp") && !fs::is_empty(root / "images", error)) return 6;
      if (fs::exists(root / "blobs/sha256")) {
        for (const auto& blob : fs::directory_iterator(root / "blobs/sha256")) {
          if (sha256(text_of(blob.path())) != blob.path().filename()) return 7;
        }
      }
      if (!loaded) {
        if (::mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) return 8;
        if (!images.load_archive(source_of(image_archive(0)), {}, {}, {})) return 9;
        if (images.find(image_name(0), {}).value()->layers.size() != 3) return 10;
      }
      if (::umount2(folder.path().c_str(), MNT_DETACH) != 0) return 11;
    }
    return taken > 0 && taken < 25 ? 0 : 12;
  };
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(run());
  const int status = status_of_child(child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
