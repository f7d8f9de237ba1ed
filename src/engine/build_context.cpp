#include "engine/build_context.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "engine/dockerignore.hpp"
#include "support/open_path.hpp"
#include "support/placeholder.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;
constexpr std::size_t max_ignore_file = std::size_t{128} << 10;
constexpr std::string_view ignore_file = ".dockerignore";
/// When everything in the archive was changed, for the engine: 2000-01-01. A checkout's times are accidents, and the
/// same files are to be the same archive. Not 1970: archives of the zip format know nothing before 1980.
constexpr time_t archived_time = 946'684'800;

std::unexpected<EngineError> failure(std::string message) {
  return std::unexpected(EngineError{EngineError::Kind::refused, std::move(message)});
}

std::unexpected<EngineError> system_failure(std::string_view path, std::string_view what) {
  return failure(fmt::format("build context: '{}': {}: {}", printable(path), what, std::strerror(errno)));
}

/// The Dockerfile's path without "." and empty components; nothing when it is absolute or could leave the folder.
std::optional<std::string> clean_relative(std::string_view path) {
  if (path.starts_with('/') || path.contains('\0')) return std::nullopt;
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(path, '/')) {
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  if (parts.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(parts, "/"));
}

EngineResult<std::vector<std::string>> names_in(int directory, std::string_view path, std::size_t most) {
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const stream = copy < 0 ? nullptr : ::fdopendir(copy);
  if (stream == nullptr) {
    if (copy >= 0) ::close(copy);
    return system_failure(path, "cannot be read");
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    if (names.size() > most) break;
  }
  const int error = errno;
  ::closedir(stream);
  errno = error;
  if (error != 0) return system_failure(path, "cannot be read");
  std::ranges::sort(names);
  return names;
}

/// The text of an ignore file in the context, if there is one.
EngineResult<std::optional<std::string>> ignore_text(int root, const std::string& name) {
  const UniqueFd file(::openat(root, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return system_failure(name, "cannot be read");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return failure(fmt::format("build context: '{}' is not a regular file", name));
  }
  std::string text;
  std::array<char, 4096> buffer;
  while (text.size() <= max_ignore_file) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0) return system_failure(name, "cannot be read");
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return failure(fmt::format("build context: '{}' has more than {} bytes", name, max_ignore_file));
}

}  // namespace

class BuildContext::Walk {
 public:
  Walk(UniqueFd root, std::string dockerfile, Dockerignore ignore, ContextLimits limits)
      : dockerfile_(std::move(dockerfile)),
        ignore_(std::move(ignore)),
        limits_(limits),
        archive_(::archive_write_new()) {
    folders_.push_back({std::move(root), "", {}, 0});
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;
  ~Walk() { ::archive_write_free(archive_); }

  EngineResult<void> begin() {
    // GNU's format keeps names as the bytes that they are, whatever the locale.
    ::archive_write_set_format_gnutar(archive_);
    ::archive_write_set_bytes_per_block(archive_, 0);
    if (::archive_write_open2(archive_, this, nullptr, collect, nullptr, nullptr) != ARCHIVE_OK)
      return archive_failure();
    auto names = names_in(folders_.back().fd.get(), ".", limits_.entries);
    if (!names) return std::unexpected(names.error());
    folders_.back().names = std::move(*names);
    return {};
  }

  EngineResult<std::string> next() {
    while (out_.size() < piece_size && !ended_) {
      if (auto stepped = step(); !stepped) return std::unexpected(stepped.error());
    }
    return std::exchange(out_, {});
  }

  const std::string& dockerfile() const { return dockerfile_; }

 private:
  struct Folder {
    UniqueFd fd;
    std::string prefix;  ///< "" or "a/b/"
    std::vector<std::string> names;
    std::size_t index = 0;
  };

  static la_ssize_t collect(archive*, void* self, const void* bytes, std::size_t size) {
    static_cast<Walk*>(self)->out_.append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  }

  std::unexpected<EngineError> archive_failure() {
    return failure(fmt::format("build context: {}", ::archive_error_string(archive_)));
  }

  EngineResult<void> step() {
    if (file_) return copy_file();
    Folder& folder = folders_.back();
    if (folder.index == folder.names.size()) {
      folders_.pop_back();
      if (!folders_.empty()) return {};
      ended_ = true;
      if (::archive_write_close(archive_) != ARCHIVE_OK) return archive_failure();
      return {};
    }
    const std::string name = folder.names[folder.index++];
    return visit(folder.fd.get(), name, folder.prefix + name);
  }

  EngineResult<bool> excluded(const std::string& path) {
    // The builder needs these two whatever the patterns say.
    if (path == dockerfile_ || path == ignore_file) return false;
    const auto excluded = ignore_.excludes(path);
    if (!excluded) return failure(fmt::format("{}: {}", ignore_file, excluded.error()));
    return *excluded;
  }

  EngineResult<void> visit(int parent, const std::string& name, const std::string& path) {
    if (++entries_ > limits_.entries) {
      return failure(fmt::format(
          "build context: there are more than {} files and folders in it; name what the build does not need "
          "in .dockerignore, or make a folder of what it needs",
          limits_.entries));
    }
    if (limits_.cancellation != nullptr && limits_.cancellation->cancelled()) {
      return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
    }
    struct stat status{};
    if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return system_failure(path, "stat");
    const auto left_out = excluded(path);
    if (!left_out) return std::unexpected(left_out.error());
    if (S_ISDIR(status.st_mode)) {
      if (*left_out && !ignore_.looks_into(path) && !dockerfile_.starts_with(path + "/")) return {};
      return enter(parent, name, path, status, !*left_out);
    }
    // What a run put there for as long as it lasts is not part of the recipe.
    if (*left_out || is_placeholder(status)) return {};
    if (S_ISLNK(status.st_mode)) return write_symlink(parent, name, path, status);
    if (S_ISREG(status.st_mode)) return begin_file(parent, name, path);
    return failure(
        fmt::format("build context: '{}' is neither a file nor a folder nor a symlink; remove it or name it "
                    "in .dockerignore",
                    printable(path)));
  }

  EngineResult<void> write_header(const std::string& path, const struct stat& status, const std::string& target) {
    const std::unique_ptr<archive_entry, decltype(&::archive_entry_free)> entry(::archive_entry_new(),
                                                                                &::archive_entry_free);
    ::archive_entry_set_pathname(entry.get(), path.c_str());
    ::archive_entry_set_mode(entry.get(), status.st_mode);
    ::archive_entry_set_mtime(entry.get(), archived_time, 0);
    ::archive_entry_set_uid(entry.get(), 0);
    ::archive_entry_set_gid(entry.get(), 0);
    ::archive_entry_set_size(entry.get(), S_ISREG(status.st_mode) ? status.st_size : 0);
    if (S_ISLNK(status.st_mode)) ::archive_entry_set_symlink(entry.get(), target.c_str());
    if (::archive_write_header(archive_, entry.get()) < ARCHIVE_WARN) return archive_failure();
    return {};
  }

  EngineResult<void> enter(int parent, const std::string& name, const std::string& path, const struct stat& status,
                           bool archived) {
    UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return system_failure(path, "cannot be opened");
    auto names = names_in(fd.get(), path, limits_.entries);
    if (!names) return std::unexpected(names.error());
    if (names->empty() && is_placeholder(status)) return {};
    if (archived) {
      if (auto written = write_header(path, status, {}); !written) return written;
    }
    folders_.push_back({std::move(fd), path + "/", std::move(*names), 0});
    return {};
  }

  EngineResult<void> write_symlink(int parent, const std::string& name, const std::string& path,
                                   const struct stat& status) {
    std::array<char, 4096> target;
    const auto size = ::readlinkat(parent, name.c_str(), target.data(), target.size());
    if (size < 0) return system_failure(path, "readlink");
    return write_header(path, status, std::string(target.data(), static_cast<std::size_t>(size)));
  }

  EngineResult<void> begin_file(int parent, const std::string& name, const std::string& path) {
    UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return system_failure(path, "cannot be opened");
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return system_failure(path, "stat");
    if (!S_ISREG(status.st_mode)) return failure(fmt::format("build context: '{}' changed", printable(path)));
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limits_.bytes - bytes_) {
      return failure(
          fmt::format("build context: with '{}' it has more than {} MiB; name what the build does not need in "
                      ".dockerignore, or make a folder of what it needs",
                      printable(path), limits_.bytes >> 20U));
    }
    bytes_ += size;
    if (auto written = write_header(path, status, {}); !written) return written;
    file_ = std::move(fd);
    file_path_ = path;
    file_left_ = size;
    return {};
  }

  EngineResult<void> copy_file() {
    if (file_left_ == 0) {
      file_.reset();
      return {};
    }
    std::array<char, piece_size> buffer;
    const auto wanted = std::min<std::uint64_t>(buffer.size(), file_left_);
    const auto got = ::read(file_.get(), buffer.data(), wanted);
    if (got < 0) return system_failure(file_path_, "cannot be read");
    if (got == 0) {
      return failure(fmt::format("build context: '{}' became shorter while it was read", printable(file_path_)));
    }
    if (::archive_write_data(archive_, buffer.data(), static_cast<std::size_t>(got)) < 0) return archive_failure();
    file_left_ -= static_cast<std::uint64_t>(got);
    return {};
  }

  std::string dockerfile_;
  Dockerignore ignore_;
  ContextLimits limits_;
  std::size_t entries_ = 0;
  std::uint64_t bytes_ = 0;
  archive* archive_;
  std::vector<Folder> folders_;
  UniqueFd file_;
  std::string file_path_;
  std::uint64_t file_left_ = 0;
  std::string out_;
  bool ended_ = false;
};

BuildContext::BuildContext(std::unique_ptr<Walk> walk) : walk_(std::move(walk)) {}
BuildContext::~BuildContext() = default;

EngineResult<std::unique_ptr<BuildContext>> BuildContext::open(const std::string& folder, const std::string& dockerfile,
                                                               ContextLimits limits) {
  const auto clean = clean_relative(dockerfile.empty() ? "Dockerfile" : std::string_view(dockerfile));
  if (!clean) {
    return failure(fmt::format("dockerfile '{}' must be a path inside the build context", printable(dockerfile)));
  }
  // The name was judged as a real path: a link in it was put there afterwards.
  auto opened = open_without_links(folder, O_RDONLY | O_DIRECTORY);
  if (!opened) {
    return failure(
        fmt::format("build context: '{}': cannot be opened: {}", printable(folder), opened.error().message()));
  }
  UniqueFd root = std::move(*opened);
  struct stat status{};
  if (::fstatat(root.get(), clean->c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return failure(fmt::format("build context: there is no '{}' in '{}'", printable(*clean), printable(folder)));
  }
  // A file for one Dockerfile goes before the common one, as in docker's own client.
  Dockerignore ignore;
  for (const std::string& name : {*clean + std::string(ignore_file), std::string(ignore_file)}) {
    auto text = ignore_text(root.get(), name);
    if (!text) return std::unexpected(text.error());
    if (!*text) continue;
    auto parsed = Dockerignore::parse(**text);
    if (!parsed) return failure(fmt::format("{}: {}", printable(name), parsed.error()));
    ignore = std::move(*parsed);
    break;
  }
  auto walk = std::make_unique<Walk>(std::move(root), *clean, std::move(ignore), limits);
  if (auto begun = walk->begin(); !begun) return std::unexpected(begun.error());
  return std::unique_ptr<BuildContext>(new BuildContext(std::move(walk)));
}

EngineResult<std::string> BuildContext::next() { return walk_->next(); }
const std::string& BuildContext::dockerfile() const noexcept { return walk_->dockerfile(); }

}  // namespace skillrun::inline v0
