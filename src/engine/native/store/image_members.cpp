#include "engine/native/store/image_members.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>

#include <fmt/ranges.h>

#include "engine/native/store/store_failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t most_members = 20'000;
constexpr std::uint64_t most_archive_bytes = std::uint64_t{64} << 30;
constexpr int most_links = 8;

/// What libarchive reads a stream with, and the error that ended the stream.
struct MemberStream {
  const ByteSource& source;
  std::string piece;
  std::optional<EngineError> error;
};

la_ssize_t give_piece(archive* reader, void* data, const void** bytes) {
  auto& stream = *static_cast<MemberStream*>(data);
  auto piece = stream.source();
  if (!piece) {
    stream.error = piece.error();
    ::archive_set_error(reader, EIO, "the archive cannot be read");
    return -1;
  }
  stream.piece = std::move(*piece);
  *bytes = stream.piece.data();
  return static_cast<la_ssize_t>(stream.piece.size());
}

struct FreeArchive {
  void operator()(archive* reader) const noexcept { ::archive_read_free(reader); }
};

/// A path within an archive without "." and ".."; empty for one that leads out or nowhere.
std::string member_path(std::string_view written) {
  std::vector<std::string_view> components;
  for (const std::string_view component : split(written, '/')) {
    if (component.empty() || component == ".") continue;
    if (component != "..") {
      components.push_back(component);
    } else if (components.empty()) {
      return {};
    } else {
      components.pop_back();
    }
  }
  return fmt::format("{}", fmt::join(components, "/"));
}

std::string beside(std::string_view path, std::string_view target) {
  const std::size_t slash = path.rfind('/');
  const std::string folder(path.substr(0, slash == std::string_view::npos ? 0 : slash));
  return member_path(fmt::format("{}/{}", folder, target));
}

}  // namespace

EngineResult<std::unique_ptr<ArchiveMembers>> ArchiveMembers::read(StoreWriter& writer, const ByteSource& archive) {
  MemberStream stream{.source = archive, .piece = {}, .error = {}};
  const std::unique_ptr<struct archive, FreeArchive> reader(::archive_read_new());
  const auto wrong = [&]() -> std::unexpected<EngineError> {
    if (stream.error) return std::unexpected(*stream.error);
    const char* words = ::archive_error_string(reader.get());
    return failure(EngineError::Kind::refused, fmt::format("the image archive cannot be read: {}",
                                                           words == nullptr ? "unknown error" : printable(words)));
  };
  ::archive_read_support_filter_gzip(reader.get());
  ::archive_read_support_filter_zstd(reader.get());
  ::archive_read_support_format_tar(reader.get());
  if (::archive_read_open(reader.get(), &stream, nullptr, give_piece, nullptr) != ARCHIVE_OK) return wrong();
  std::unique_ptr<ArchiveMembers> members(new ArchiveMembers);
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  while (true) {
    archive_entry* entry = nullptr;
    const int next = ::archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) return members;
    if (next != ARCHIVE_OK) return wrong();
    if (++count > most_members) {
      return failure(EngineError::Kind::refused,
                     fmt::format("the image archive has more than {} members", most_members));
    }
    const char* const written = ::archive_entry_pathname(entry);
    const std::string path = member_path(written == nullptr ? "" : written);
    if (path.empty()) continue;
    if (members->files_.contains(path) || members->links_.contains(path)) {
      return failure(EngineError::Kind::refused, fmt::format("the image archive holds '{}' twice", printable(path)));
    }
    if (const char* target = ::archive_entry_hardlink(entry)) {
      members->links_[path] = member_path(target);
    } else if (::archive_entry_filetype(entry) == AE_IFLNK) {
      const char* const link = ::archive_entry_symlink(entry);
      members->links_[path] = beside(path, link == nullptr ? "" : link);
    } else if (::archive_entry_filetype(entry) == AE_IFREG) {
      const ByteSource content = [&]() -> EngineResult<std::string> {
        std::string piece(std::size_t{256} << 10, '\0');
        const la_ssize_t got = ::archive_read_data(reader.get(), piece.data(), piece.size());
        if (got < 0) return wrong();
        bytes += static_cast<std::uint64_t>(got);
        if (bytes > most_archive_bytes) {
          return failure(EngineError::Kind::refused,
                         fmt::format("the image archive unpacks to more than {} bytes", most_archive_bytes));
        }
        piece.resize(static_cast<std::size_t>(got));
        return piece;
      };
      auto name = writer.spool(content);
      if (!name) return std::unexpected(name.error());
      members->files_[path] = std::move(*name);
    }
  }
}

EngineResult<std::optional<std::string>> ArchiveMembers::take(const std::string& path) {
  std::string at = member_path(path);
  for (int followed = 0; followed < most_links; ++followed) {
    if (const auto file = files_.find(at); file != files_.end()) return file->second;
    const auto link = links_.find(at);
    if (link == links_.end()) break;
    at = link->second;
  }
  return std::nullopt;
}

EngineResult<std::unique_ptr<FolderMembers>> FolderMembers::open(StoreWriter& writer, const std::string& folder) {
  UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return store_failure(fmt::format("image layout '{}'", printable(folder)), errno);
  return std::unique_ptr<FolderMembers>(new FolderMembers(writer, std::move(opened)));
}

EngineResult<std::optional<std::string>> FolderMembers::take(const std::string& path) {
  const std::string clean = member_path(path);
  if (clean.empty()) return std::nullopt;
  open_how how{};
  how.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): the C library has no wrapper
  const UniqueFd file(static_cast<int>(::syscall(SYS_openat2, folder_.get(), clean.c_str(), &how, sizeof how)));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return store_failure(fmt::format("'{}' of the image layout", printable(clean)), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return failure(EngineError::Kind::refused, fmt::format("'{}' of the image layout is no file", printable(clean)));
  }
  const ByteSource content = [&]() -> EngineResult<std::string> {
    std::string piece(std::size_t{256} << 10, '\0');
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0) return store_failure(fmt::format("'{}' of the image layout", printable(clean)), errno);
    piece.resize(static_cast<std::size_t>(got));
    return piece;
  };
  auto name = writer_.spool(content);
  if (!name) return std::unexpected(name.error());
  return std::optional(std::move(*name));
}

}  // namespace skillrun::inline v0
