#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "engine/native/store/image_store.hpp"
#include "engine/native/store/unpack_layer.hpp"
#include "support/sha256.hpp"
#include "support/unique_fd.hpp"
#include "tar_builder.hpp"
#include "unit/temporary_folder.hpp"

namespace store_test {

using namespace skillrun;
namespace fs = std::filesystem;

/// Layers hold owners and devices: what unpacks them is tested as root, which CI is.
inline bool has_root() {
  if (::geteuid() == 0) return true;
  REQUIRE_MESSAGE(std::getenv("CI") == nullptr, "the image store is tested as root");
  MESSAGE("skipped: unpacking layers needs root");
  return false;
}

inline ByteSource source_of(std::string bytes, std::size_t piece = 100'000) {
  return [bytes = std::move(bytes), piece, at = std::size_t{0}]() mutable -> EngineResult<std::string> {
    std::string next = bytes.substr(std::min(at, bytes.size()), piece);
    at += next.size();
    return next;
  };
}

inline std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline struct stat status_of(const fs::path& path) {
  struct stat status{};
  REQUIRE_MESSAGE(::lstat(path.c_str(), &status) == 0, path.string());
  return status;
}

inline std::optional<std::string> attribute_of(const fs::path& path, const char* name) {
  std::array<char, 4096> value{};
  const ssize_t size = ::lgetxattr(path.c_str(), name, value.data(), value.size());
  if (size < 0) return std::nullopt;
  return std::string(value.data(), static_cast<std::size_t>(size));
}

inline bool is_whiteout(const fs::path& path) {
  const struct stat status = status_of(path);
  return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

/// A layer unpacked into a folder of a test.
class Unpacked {
 public:
  explicit Unpacked(const std::string& archive, const UnpackRules& rules = {}) {
    const std::string file = folder_.write("layer", archive);
    path_ = folder_.path() + "/root";
    fs::create_directory(path_);
    const UniqueFd open_file(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    const UniqueFd open_folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const CallWatch watch({}, "a test");
    result_ = unpack_layer(open_file.get(), open_folder.get(), rules, watch);
  }

  [[nodiscard]] const EngineResult<UnpackedLayer>& result() const { return result_; }
  [[nodiscard]] fs::path path(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] fs::path outside() const { return folder_.path(); }
  /// The message of the refusal; empty when the layer was taken.
  [[nodiscard]] std::string refusal() const {
    if (result_) return {};
    CHECK(result_.error().kind == EngineError::Kind::refused);
    return result_.error().message;
  }

 private:
  test::TemporaryFolder folder_;
  std::string path_;
  EngineResult<UnpackedLayer> result_ = std::unexpected(EngineError{});
};

/// A store in a folder of a test.
class Store {
 public:
  [[nodiscard]] StorePlace place() const { return {.root = root()}; }
  [[nodiscard]] fs::path root() const { return fs::path(folder_.path()) / "store"; }
  [[nodiscard]] LocalImages open() const { return LocalImages(place()); }
  [[nodiscard]] std::size_t count(const std::string& part) const {
    std::error_code error;
    const auto begin = fs::directory_iterator(root() / part, error);
    return error ? 0 : static_cast<std::size_t>(std::distance(begin, fs::directory_iterator()));
  }

 private:
  test::TemporaryFolder folder_;
};

/// The archive `docker save` writes of one image of these layers, in its older form.
inline std::string saved_image(const std::string& name, const std::vector<std::string>& layers) {
  std::string config = R"({"architecture":"amd64","os":"linux","config":{"Cmd":["sh"],"User":"7"},)"
                       R"("rootfs":{"type":"layers","diff_ids":[)";
  std::string paths;
  TarBuilder archive;
  for (std::size_t at = 0; at < layers.size(); ++at) {
    config += (at == 0 ? "\"sha256:" : ",\"sha256:") + sha256(layers[at]) + "\"";
    paths += (at == 0 ? "\"" : ",\"") + std::to_string(at) + "/layer.tar\"";
    archive.file(std::to_string(at) + "/layer.tar", layers[at]);
  }
  config += "]}}";
  archive.file("config.json", config);
  archive.file("manifest.json",
               R"([{"Config":"config.json","RepoTags":[")" + name + R"("],"Layers":[)" + paths + "]}]");
  return archive.bytes();
}

}  // namespace store_test
