#include "support/remove_deep.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace {

std::error_code last_failure() { return {errno, std::generic_category()}; }

/// The error of errno, but for what has gone.
std::error_code unless_gone() { return errno == ENOENT ? std::error_code() : last_failure(); }

UniqueFd open_folder_at(int parent, const char* name) {
  return UniqueFd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Calls `visit(name, status)` for each entry of an open folder.
template <class Visit>
std::error_code for_each_entry(int folder, const Visit& visit) {
  // A description of its own, from its beginning.
  UniqueFd again = open_folder_at(folder, ".");
  if (!again) return last_failure();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(again.get()), &::closedir);
  if (!entries) return last_failure();
  (void)again.release();
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(entries.get());
    if (entry == nullptr) return last_failure();
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status{};
    if (::fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (const auto error = unless_gone()) return error;
      continue;
    }
    if (const std::error_code error = visit(entry->d_name, status)) return error;
  }
}

class Removal {
 public:
  Removal(int top, dev_t device) : top_(top), device_(device) {}

  std::error_code empty() {
    for (bool found = true; found;) {
      found = false;
      const auto error = for_each_entry(top_, [&](const char* name, const struct stat& status) {
        found = true;
        return remove(name, status);
      });
      if (error) return error;
    }
    return {};
  }

 private:
  std::error_code remove(const char* name, const struct stat& status) {
    if (status.st_dev != device_) return std::make_error_code(std::errc::cross_device_link);
    if (!S_ISDIR(status.st_mode)) return ::unlinkat(top_, name, 0) == 0 ? std::error_code() : unless_gone();
    const UniqueFd folder = open_folder_at(top_, name);
    if (!folder) return unless_gone();
    const auto error = for_each_entry(folder.get(), [&](const char* child, const struct stat& inside) {
      if (inside.st_dev != device_) return std::make_error_code(std::errc::cross_device_link);
      if (S_ISDIR(inside.st_mode)) return move_up(folder.get(), child);
      return ::unlinkat(folder.get(), child, 0) == 0 ? std::error_code() : unless_gone();
    });
    if (error) return error;
    return ::unlinkat(top_, name, AT_REMOVEDIR) == 0 ? std::error_code() : unless_gone();
  }

  /// Under a name that nothing has.
  std::error_code move_up(int folder, const char* child) {
    while (true) {
      const std::string name = "removed-" + std::to_string(++moved_);
      if (::renameat(folder, child, top_, name.c_str()) == 0) return {};
      if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) return unless_gone();
    }
  }

  int top_;
  dev_t device_;
  std::uint64_t moved_ = 0;
};

}  // namespace

std::error_code remove_deep(int folder, const std::string& name) {
  struct stat status{};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return unless_gone();
  if (!S_ISDIR(status.st_mode)) return ::unlinkat(folder, name.c_str(), 0) == 0 ? std::error_code() : unless_gone();
  {
    const UniqueFd top = open_folder_at(folder, name.c_str());
    if (!top) return unless_gone();
    if (const std::error_code error = Removal(top.get(), status.st_dev).empty()) return error;
  }
  return ::unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0 ? std::error_code() : unless_gone();
}

std::error_code remove_deep(const std::string& path) { return remove_deep(AT_FDCWD, path); }

}  // namespace skillrun::inline v0
