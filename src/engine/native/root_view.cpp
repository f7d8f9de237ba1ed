#include "engine/native/root_view.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "engine/native/system_failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Kind = EngineError::Kind;

UniqueFd open_within(int root, const std::string& path, std::uint64_t flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve | RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

}  // namespace

EngineResult<ContainerEntry> look_into(int root, const std::string& path) {
  const UniqueFd found = open_within(root, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
  if (!found && (errno == ENOENT || errno == ENOTDIR)) return ContainerEntry{};
  struct stat status{};
  if (!found || ::fstat(found.get(), &status) != 0) {
    return failure(Kind::unsupported, fmt::format("'{}': {}", printable(path), last_error()));
  }
  if (S_ISLNK(status.st_mode)) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlinkat(found.get(), "", target.data(), target.size());
    if (size < 0) return failure(Kind::unsupported, fmt::format("'{}': {}", printable(path), last_error()));
    return ContainerEntry{.kind = ContainerEntry::Kind::link,
                          .leads_to = std::string(target.data(), static_cast<std::size_t>(size))};
  }
  return ContainerEntry{.kind = S_ISDIR(status.st_mode) ? ContainerEntry::Kind::folder : ContainerEntry::Kind::other,
                        .leads_to = {},
                        .executable = (status.st_mode & 0111U) != 0};
}

UniqueFd open_folder_within(int root, const std::string& path) {
  return open_within(root, path, O_RDONLY | O_DIRECTORY, 0);
}

EngineResult<std::string> read_within(int root, const std::string& path, std::size_t limit) {
  const UniqueFd file = open_within(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  const auto fail = [&](std::string_view why) {
    return failure(Kind::refused, fmt::format("the image's '{}' cannot be read: {}", printable(path), why));
  };
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::string();
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return fail(last_error());
  if (!S_ISREG(status.st_mode)) return fail("it is no file");
  if (static_cast<std::size_t>(status.st_size) > limit) return fail(fmt::format("it has more than {} bytes", limit));
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(last_error());
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

}  // namespace skillrun::inline v0
