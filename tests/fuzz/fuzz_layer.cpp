// Any bytes as a layer of an image. Holds: nothing beside the layer's folder is touched, and no entry carries a mark of
// overlayfs but the one that the store itself writes.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/native/store/remove_tree.hpp"
#include "engine/native/store/unpack_layer.hpp"
#include "support/unique_fd.hpp"
#include "support/write_all.hpp"

namespace {

namespace fs = std::filesystem;

/// A folder in memory where there is one: a run of the fuzzer makes millions of files.
std::string make_place() {
  std::string place = fs::exists("/dev/shm") ? "/dev/shm/fuzz-layer-XXXXXX" : "/tmp/fuzz-layer-XXXXXX";
  if (::mkdtemp(place.data()) == nullptr) std::abort();
  return place;
}

void check_marks(const fs::path& path) {
  std::array<char, 65536> names{};
  const ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
  for (ssize_t at = 0; at < size;) {
    const std::string_view name(names.data() + at);
    if (name.starts_with("user.overlay.")) std::abort();
    if (name.starts_with("trusted.") && name != "trusted.overlay.opaque") std::abort();
    at += static_cast<ssize_t>(name.size()) + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  static const std::string place = make_place();
  static const UniqueFd above(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const UniqueFd file(::openat(above.get(), "layer", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!write_all(file.get(), {reinterpret_cast<const char*>(data), size})) std::abort();
  if (::mkdirat(above.get(), "root", 0755) != 0) std::abort();
  {
    const UniqueFd root(::openat(above.get(), "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const CallWatch watch({}, "fuzzing");
    UnpackRules rules;
    rules.limits = {.bytes = 1 << 20, .entries = 200, .keep_free = 0};
    if (const auto unpacked = unpack_layer(file.get(), root.get(), rules, watch)) {
      for (const auto& entry : fs::recursive_directory_iterator(place + "/root")) check_marks(entry.path());
    }
  }
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator(place)) {
    const auto name = entry.path().filename();
    if (name != "layer" && name != "root") std::abort();
    ++found;
  }
  if (found != 2 || fs::file_size(place + "/layer") != size) std::abort();
  if (!remove_tree(above.get(), "root")) std::abort();
  return 0;
}
