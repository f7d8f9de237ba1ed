// Layers of random changes, unpacked by the store and mounted by overlayfs, are the file system that umoci makes of
// them.
#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/command.hpp"
#include "random_layers.hpp"
#include "store_fixture.hpp"
#include "support/process/find_program.hpp"

using namespace store_test;

namespace umoci_test {

/// A line for each entry of a tree: all that an image says of it.
std::map<std::string, std::string> description(const fs::path& root) {
  std::map<std::string, std::string> lines;
  std::map<ino_t, std::string> first_names;
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    paths.push_back(entry.path().lexically_relative(root).string());
  }
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    const fs::path whole = root / path;
    const struct stat status = status_of(whole);
    std::string line = fmt::format("mode {:o} owner {}:{} time {}.{:09}", status.st_mode, status.st_uid, status.st_gid,
                                   status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    if (S_ISREG(status.st_mode)) line += fmt::format(" size {} content {}", status.st_size, sha256(text_of(whole)));
    if (S_ISLNK(status.st_mode)) line += " to " + fs::read_symlink(whole).string();
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) line += fmt::format(" device {}", status.st_rdev);
    if (!S_ISDIR(status.st_mode)) line += " same as " + first_names.emplace(status.st_ino, path).first->second;
    std::array<char, 4096> names{};
    const ssize_t size = ::llistxattr(whole.c_str(), names.data(), names.size());
    std::vector<std::string> attributes;
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(attributes.back().size()) + 1) {
      attributes.emplace_back(names.data() + at);
    }
    std::ranges::sort(attributes);
    // A mount does not show overlayfs's own; a single layer needs no mount.
    std::erase_if(attributes, [](const std::string& name) { return name.starts_with("trusted.overlay."); });
    for (const std::string& name : attributes) {
      line += fmt::format(" {}={:02x}", name, fmt::join(attribute_of(whole, name.c_str()).value_or("?"), ""));
    }
    lines[path] = std::move(line);
  }
  return lines;
}

void write_layout(const fs::path& folder, const std::vector<std::string>& layers) {
  fs::create_directories(folder / "blobs/sha256");
  const auto blob = [&](const std::string& type, const std::string& bytes) {
    std::ofstream(folder / "blobs/sha256" / sha256(bytes), std::ios::binary) << bytes;
    return fmt::format(R"("mediaType":"{}","digest":"sha256:{}","size":{})", type, sha256(bytes), bytes.size());
  };
  std::vector<std::string> packed;
  std::vector<std::string> diff_ids;
  for (const std::string& layer : layers) {
    packed.push_back("{" + blob("application/vnd.oci.image.layer.v1.tar", layer) + "}");
    diff_ids.push_back("\"sha256:" + sha256(layer) + "\"");
  }
  const std::string config =
      blob("application/vnd.oci.image.config.v1+json",
           fmt::format(R"({{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
                       fmt::join(diff_ids, ",")));
  const std::string manifest =
      blob("application/vnd.oci.image.manifest.v1+json",
           fmt::format(R"({{"schemaVersion":2,"config":{{{}}},"layers":[{}]}})", config, fmt::join(packed, ",")));
  std::ofstream(folder / "oci-layout") << R"({"imageLayoutVersion":"1.0.0"})";
  std::ofstream(folder / "index.json") << fmt::format(
      R"({{"schemaVersion":2,"manifests":[{{{},"annotations":{{"org.opencontainers.image.ref.name":"x"}}}}]}})",
      manifest);
}

/// What overlayfs makes of the layers, in a mount namespace of a child's; nothing where it cannot be mounted.
std::optional<std::map<std::string, std::string>> mounted(const std::vector<fs::path>& layers, const fs::path& at) {
  if (layers.size() == 1) return description(layers.front());
  std::string options = "lowerdir=";
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    options += (layer == layers.rbegin() ? "" : ":") + layer->string();
  }
  if (::mount("overlay", at.c_str(), "overlay", MS_RDONLY, options.c_str()) != 0) return std::nullopt;
  auto seen = description(at);
  ::umount2(at.c_str(), MNT_DETACH);
  return seen;
}

/// The number of differences, which are printed.
int compare(unsigned seed, const std::string& umoci) {
  const test::TemporaryFolder folder;
  const fs::path root = folder.path();
  RandomLayers random(seed);
  std::vector<std::string> layers;
  for (unsigned i = 0; i <= seed % 5; ++i) layers.push_back(random.next());
  write_layout(root / "layout", layers);
  ProcessRequest request;
  request.program = umoci;
  request.arguments = {"unpack", "--image", (root / "layout").string() + ":x", (root / "bundle").string()};
  const auto unpacked = run_command(request, {});
  if (!unpacked || unpacked->status != 0) {
    fmt::print("seed {}: umoci: {}\n", seed, unpacked ? unpacked->error : unpacked.error().message);
    return 1;
  }
  LocalImages images({.root = root / "store"});
  const auto loaded = images.load_layout((root / "layout").string(), {}, {}, {});
  if (!loaded) {
    fmt::print("seed {}: {}\n", seed, loaded.error().message);
    return 1;
  }
  fs::create_directory(root / "mounted");
  const auto image = images.find(loaded->front().id, {});
  const auto seen = mounted(image.value()->layers, root / "mounted");
  if (!seen) return -1;
  const auto expected = description(root / "bundle/rootfs");
  int differences = 0;
  for (const auto& [path, line] : expected) {
    const auto own = seen->find(path);
    if (own != seen->end() && own->second == line) continue;
    ++differences;
    fmt::print("seed {}: '{}':\n  umoci {}\n  store {}\n", seed, path, line,
               own == seen->end() ? "nothing" : own->second);
  }
  for (const auto& [path, line] : *seen) {
    if (expected.contains(path)) continue;
    ++differences;
    fmt::print("seed {}: '{}':\n  umoci nothing\n  store {}\n", seed, path, line);
  }
  return differences;
}

}  // namespace umoci_test

using namespace umoci_test;

TEST_CASE("what overlayfs shows of an image's layers is what umoci unpacks, entry by entry") {
  if (!has_root()) return;
  const auto umoci = find_program("umoci", std::getenv("PATH"));
  if (!umoci) {
    REQUIRE_MESSAGE(std::getenv("CI") == nullptr, "umoci is not installed");
    MESSAGE("skipped: umoci is not installed");
    return;
  }
  const char* const count = std::getenv("SKILLRUN_TEST_RANDOM_IMAGES");
  const unsigned images = count == nullptr ? 25 : static_cast<unsigned>(std::stoul(count));
  constexpr int cannot_mount = 77;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      ::_exit(cannot_mount);
    int wrong = 0;
    for (unsigned seed = 0; seed < images; ++seed) {
      const int differences = compare(seed, *umoci);
      if (differences < 0) ::_exit(cannot_mount);
      wrong += differences > 0 ? 1 : 0;
    }
    std::fflush(nullptr);
    ::_exit(std::min(wrong, cannot_mount - 1));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == cannot_mount) {
    REQUIRE_MESSAGE(std::getenv("CI") == nullptr, "overlayfs cannot be mounted");
    MESSAGE("skipped: overlayfs cannot be mounted here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}
