#include "support/open_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace skillrun::inline v0 {

namespace {

std::unexpected<std::error_code> failed(int error) {
  return std::unexpected(std::error_code(error, std::generic_category()));
}

}  // namespace

// Component by component, each relative to the folder that is open already: a folder that is exchanged meanwhile leads
// nowhere else. openat2() does it in one call, but kernels before 5.6 and some sandboxes do not have it.
std::expected<UniqueFd, std::error_code> open_without_links(const std::string& path, int flags) {
  if (!path.starts_with('/') || path.find('\0') != std::string::npos) return failed(EINVAL);
  UniqueFd at(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!at) return failed(errno);
  std::size_t begin = 1;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string component = path.substr(begin, end - begin);
    if (component.empty() || component == "." || component == "..") return failed(EINVAL);
    const bool last = end >= path.size();
    UniqueFd next(
        ::openat(at.get(), component.c_str(), (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC));
    // A link in the way is not a folder, which is all that O_DIRECTORY says of it.
    struct stat status{};
    if (!next) {
      const int error = errno;
      const bool link =
          ::fstatat(at.get(), component.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
      return failed(link ? ELOOP : error);
    }
    if (::fstat(next.get(), &status) != 0) return failed(errno);
    if (S_ISLNK(status.st_mode)) return failed(ELOOP);  // O_PATH opens the link itself
    at = std::move(next);
    begin = end + 1;
  }
  if (path == "/" && (flags & O_PATH) == 0) {
    UniqueFd root(::open("/", flags | O_CLOEXEC));
    if (!root) return failed(errno);
    return root;
  }
  return at;
}

}  // namespace skillrun::inline v0
