#include "app/grant_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "support/text.hpp"
#include "support/unique_fd.hpp"
#include "support/write_all.hpp"

namespace skillrun::app {

namespace {

constexpr const char* file_name = "grants.json";
constexpr const char* new_name = "grants.json.new";
constexpr const char* lock_name = "lock";
constexpr std::size_t max_size = std::size_t{4} << 20;

std::unexpected<std::string> unusable(const std::string& path, std::string_view what, int error) {
  return std::unexpected(fmt::format("{} {}: {}", printable(path), what, std::generic_category().message(error)));
}

/// Why what is open may hold somebody else's words; empty when it is the caller's alone.
std::string distrust(const struct stat& status, bool folder) {
  if (folder ? !S_ISDIR(status.st_mode) : !S_ISREG(status.st_mode)) {
    return folder ? "is not a folder" : "is not a regular file";
  }
  if (status.st_uid != ::geteuid()) return fmt::format("is owned by another user (uid {})", status.st_uid);
  if ((status.st_mode & 077U) != 0) return fmt::format("is open to others (chmod {})", folder ? "700" : "600");
  // None at all: another answer has replaced it since it was opened, and what it says was the caller's.
  if (!folder && status.st_nlink > 1) return "has another name too (a hard link)";
  return {};
}

/// Opens what is there, never through a link. An empty descriptor: nothing is there.
std::expected<UniqueFd, std::string> open_own(int base, const char* name, const std::string& path, bool folder) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (folder ? O_DIRECTORY : 0);
  UniqueFd file(::openat(base, name, flags));
  if (!file) {
    if (errno == ENOENT) return UniqueFd();
    struct stat status{};
    if (::fstatat(base, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode)) {
      return std::unexpected(fmt::format("{} is a symlink; remove it", printable(path)));
    }
    return unusable(path, "cannot be opened", errno);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return unusable(path, "cannot be looked at", errno);
  if (const std::string why = distrust(status, folder); !why.empty()) {
    return std::unexpected(fmt::format("{} {}", printable(path), why));
  }
  return file;
}

std::expected<std::string, std::string> read_all(int file, const std::string& path) {
  std::string text;
  for (;;) {
    char piece[16384];
    const ssize_t count = ::read(file, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unusable(path, "cannot be read", errno);
    if (count == 0) return text;
    text.append(piece, static_cast<std::size_t>(count));
    if (text.size() > max_size) return std::unexpected(fmt::format("{} is too large", printable(path)));
  }
}

std::expected<GrantRecords, std::string> read_records(int folder, const std::string& path) {
  const auto file = open_own(folder, file_name, path, false);
  if (!file) return std::unexpected(file.error());
  if (!*file) return GrantRecords();
  const auto text = read_all(file->get(), path);
  if (!text) return std::unexpected(text.error());
  auto records = parse_records(*text);
  if (!records) return std::unexpected(fmt::format("{} cannot be used: {}", printable(path), records.error()));
  return records;
}

/// Whoever reads meets the old file or the new one, and after a crash one of both.
std::expected<void, std::string> replace(int folder, const std::string& path, std::string_view text) {
  ::unlinkat(folder, new_name, 0);  // of one that was killed; the lock is ours
  const UniqueFd file(::openat(folder, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || ::fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text) || ::fsync(file.get()) != 0 ||
      ::renameat(folder, new_name, folder, file_name) != 0 || ::fsync(folder) != 0) {
    return unusable(path, "cannot be written", errno);
  }
  return {};
}

}  // namespace

std::expected<GrantRecords, std::string> GrantStore::read() const {
  const auto folder = open_own(AT_FDCWD, folder_.c_str(), folder_, true);
  if (!folder) return std::unexpected(folder.error());
  if (!*folder) return GrantRecords();
  return read_records(folder->get(), file());
}

std::expected<void, std::string> GrantStore::update(const std::function<void(GrantRecords&)>& change) const {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder_).parent_path(), error);
  if (error) return unusable(folder_, "cannot be made", error.value());
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) return unusable(folder_, "cannot be made", errno);
  const auto folder = open_own(AT_FDCWD, folder_.c_str(), folder_, true);
  if (!folder) return std::unexpected(folder.error());
  if (!*folder) return std::unexpected(fmt::format("{} has gone", printable(folder_)));
  const UniqueFd lock(::openat(folder->get(), lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!lock) return unusable(folder_ + "/" + lock_name, "cannot be opened", errno);
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return unusable(folder_ + "/" + lock_name, "cannot be locked", errno);
  }
  auto records = read_records(folder->get(), file());
  if (!records) return std::unexpected(records.error());
  change(*records);
  const std::string text = format_records(*records);
  // A path can be any bytes, and a store with such a one in it could not be read any more.
  if (find_invalid_utf8(text)) return std::unexpected(std::string("what is granted is not valid UTF-8: rename it"));
  return replace(folder->get(), file(), text);
}

}  // namespace skillrun::app
