#include "engine/context_folder.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace fs = std::filesystem;

namespace {

/// What libarchive reads from, and the error that ended the reading.
struct Reading {
  const ByteSource& source;
  std::string piece;
  std::optional<EngineError> error;
};

la_ssize_t read_piece(archive* reader, void* data, const void** bytes) {
  auto& reading = *static_cast<Reading*>(data);
  auto piece = reading.source();
  if (!piece) {
    reading.error = piece.error();
    ::archive_set_error(reader, EIO, "%s", piece.error().message.c_str());
    return -1;
  }
  reading.piece = std::move(*piece);
  *bytes = reading.piece.data();
  return static_cast<la_ssize_t>(reading.piece.size());
}

/// Nothing of an archive may come to lie outside of the folder, not even of one that skillrun made itself.
constexpr int write_flags = ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                            ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_UNLINK;

std::unexpected<EngineError> failure(archive* from) {
  const char* words = ::archive_error_string(from);
  return std::unexpected(
      EngineError{EngineError::Kind::server,
                  fmt::format("the build context cannot be unpacked: {}", words != nullptr ? words : "unknown error")});
}

EngineResult<void> copy(archive* reader, archive* writer, const std::string& folder) {
  archive_entry* entry = nullptr;
  while (true) {
    const int next = ::archive_read_next_header(reader, &entry);
    if (next == ARCHIVE_EOF) break;
    if (next < ARCHIVE_WARN) return failure(reader);
    ::archive_entry_set_pathname(entry, (folder + "/" + ::archive_entry_pathname(entry)).c_str());
    if (::archive_write_header(writer, entry) < ARCHIVE_OK) return failure(writer);
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int status = ARCHIVE_OK;
    while ((status = ::archive_read_data_block(reader, &block, &size, &offset)) == ARCHIVE_OK) {
      if (::archive_write_data_block(writer, block, size, offset) < ARCHIVE_OK) return failure(writer);
    }
    if (status != ARCHIVE_EOF) return failure(reader);
    if (::archive_write_finish_entry(writer) < ARCHIVE_OK) return failure(writer);
  }
  if (::archive_write_close(writer) != ARCHIVE_OK) return failure(writer);
  return {};
}

}  // namespace

ContextFolder::~ContextFolder() {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->symlink_status(ignored).type() == fs::file_type::directory) {
      fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
}

EngineResult<std::unique_ptr<ContextFolder>> ContextFolder::unpack(const ByteSource& archive) {
  auto folder = std::make_unique<ContextFolder>();
  // Without links on the way there: those of the archive are not to be followed, and no others can be told from them.
  std::error_code error;
  folder->path_ = fs::canonical(folder->folder_.path(), error).string() + "/context";
  if (error || ::mkdir(folder->path_.c_str(), 0755) != 0) {
    return std::unexpected(
        EngineError{EngineError::Kind::server, "no temporary folder for a build context can be made"});
  }
  const std::unique_ptr<struct archive, decltype(&::archive_read_free)> reader(::archive_read_new(),
                                                                               &::archive_read_free);
  const std::unique_ptr<struct archive, decltype(&::archive_write_free)> writer(::archive_write_disk_new(),
                                                                                &::archive_write_free);
  Reading reading{.source = archive, .piece = {}, .error = {}};
  ::archive_read_support_format_tar(reader.get());
  ::archive_write_disk_set_options(writer.get(), write_flags);
  if (::archive_read_open(reader.get(), &reading, nullptr, read_piece, nullptr) != ARCHIVE_OK)
    return failure(reader.get());
  if (auto copied = copy(reader.get(), writer.get(), folder->path()); !copied) {
    if (reading.error) return std::unexpected(*reading.error);
    return std::unexpected(copied.error());
  }
  return folder;
}

EngineResult<std::string> ContextFolder::file(const std::string& dockerfile) const {
  std::error_code error;
  const auto root = fs::canonical(path_, error);
  const auto file = error ? root : fs::canonical(root / dockerfile, error);
  if (error) {
    return std::unexpected(
        EngineError{EngineError::Kind::not_found,
                    fmt::format("the Dockerfile '{}' cannot be read: {}", printable(dockerfile), error.message())});
  }
  if (is_within(file.string(), root.string())) return file.string();
  return std::unexpected(
      EngineError{EngineError::Kind::unsupported,
                  fmt::format("the Dockerfile '{}' lies outside of the build context", printable(dockerfile))});
}

}  // namespace skillrun::inline v0
