#include "cli/own_file.hpp"
#include "support/write_all.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace skillrun::cli {

namespace {

constexpr int append_flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr mode_t file_mode = 0644;

std::unexpected<std::string> failed_call() { return std::unexpected(std::generic_category().message(errno)); }

/// By its text alone: a link to one of these names that lies somewhere else is a link like any other.
bool names_descriptor(std::string_view path) {
  if (path == "/dev/stdout" || path == "/dev/stderr") return true;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string_view number = path.substr(folder.size());
    return !number.empty() && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  }
  return false;
}

/// Opens it without waiting for anybody. A pipe that a skill has left there would block, now or when it is full: only a
/// descriptor that the caller has opened may be one.
std::expected<UniqueFd, std::string> open_at_once(const std::string& path, int flags) {
  UniqueFd file(::open(path.c_str(), append_flags | flags, file_mode));
  struct stat status{};
  if (file && ::fstat(file.get(), &status) != 0) return failed_call();
  if ((file && S_ISFIFO(status.st_mode) && !names_descriptor(path)) || (!file && errno == ENXIO)) {
    return std::unexpected(
        std::string("it is a pipe or a socket; remove it, or open it yourself and name the descriptor, as /dev/fd/3"));
  }
  if (!file && errno == ELOOP && (flags & O_NOFOLLOW) != 0) {
    return std::unexpected(std::string("it is a symbolic link; name the file itself"));
  }
  if (!file) return failed_call();
  const int mode = ::fcntl(file.get(), F_GETFL);
  if (mode < 0 || ::fcntl(file.get(), F_SETFL, mode & ~O_NONBLOCK) != 0) return failed_call();
  return file;
}

std::optional<std::uint64_t> random_number() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) return std::nullopt;
  return number;
}

}  // namespace

std::expected<UniqueFd, std::string> open_for_appending(const std::string& path) {
  const int follow = names_descriptor(path) ? 0 : O_NOFOLLOW;
  return open_at_once(path, O_CREAT | follow);
}

std::expected<WholeFile, std::string> WholeFile::open(const std::string& path) {
  WholeFile file;
  struct stat status{};
  const bool is_there = ::lstat(path.c_str(), &status) == 0;
  const bool replaceable = !is_there || S_ISREG(status.st_mode) || S_ISLNK(status.st_mode);
  if (names_descriptor(path) || !replaceable) {
    auto opened = open_at_once(path, 0);
    if (!opened) return std::unexpected(std::move(opened.error()));
    file.direct_ = std::move(*opened);
    return file;
  }
  file.path_ = path;
  const std::filesystem::path whole(path);
  file.name_ = whole.filename().string();
  if (file.name_.empty()) {
    errno = path.empty() ? ENOENT : EISDIR;
    return failed_call();
  }
  const std::string folder = whole.has_parent_path() ? whole.parent_path().string() : ".";
  file.folder_ = UniqueFd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!file.folder_) return failed_call();
  std::string probe;
  if (!file.make_temporary(probe)) return failed_call();
  ::unlinkat(file.folder_.get(), probe.c_str(), 0);
  if (is_there && ::unlinkat(file.folder_.get(), file.name_.c_str(), 0) != 0 && errno != ENOENT) return failed_call();
  return file;
}

std::expected<void, std::string> WholeFile::write(const std::function<bool(const Write&)>& produce) {
  const auto write_to = [&](const UniqueFd& file) {
    return produce([&](std::string_view piece) { return write_all(file.get(), piece); });
  };
  if (direct_) {
    if (!write_to(direct_)) return failed_call();
    return {};
  }
  std::string temporary;
  UniqueFd file = make_temporary(temporary);
  struct stat made{};
  struct stat found{};
  const bool written = file && write_to(file) && ::fstat(file.get(), &made) == 0 && ::close(file.release()) == 0 &&
                       ::renameat(folder_.get(), temporary.c_str(), folder_.get(), name_.c_str()) == 0;
  if (written) {
    if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == made.st_dev && found.st_ino == made.st_ino) return {};
    return std::unexpected(
        std::string("its folder was replaced during the run: what lies at that path now is not the result, which is in "
                    "the folder that was there before; name a file where no skill can write"));
  }
  auto why = failed_call();
  if (!temporary.empty()) ::unlinkat(folder_.get(), temporary.c_str(), 0);
  ::unlinkat(folder_.get(), name_.c_str(), 0);
  return why;
}

/// `name` stays empty when nothing was made; errno says why.
UniqueFd WholeFile::make_temporary(std::string& name) const {
  const auto number = random_number();
  if (!number) return {};
  const std::string wanted = fmt::format(".skillrun-{:016x}", *number);
  UniqueFd file(
      ::openat(folder_.get(), wanted.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode));
  if (file) name = wanted;
  return file;
}

}  // namespace skillrun::cli
