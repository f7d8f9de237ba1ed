#include "engine/context_snapshot.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include <fmt/format.h>

#include "support/sha256.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t read_size = std::size_t{256} << 10;

std::unexpected<EngineError> no_file(std::string_view what) {
  return std::unexpected(EngineError{
      EngineError::Kind::server,
      fmt::format("the build context cannot be kept in a temporary file: {}: {}", what, std::strerror(errno))});
}

EngineResult<UniqueFd> file_without_name() {
  std::error_code error;
  std::string path = (std::filesystem::temp_directory_path(error) / "skillrun-context-XXXXXX").string();
  if (error) return std::unexpected(EngineError{EngineError::Kind::server, "there is no folder for temporary files"});
  UniqueFd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file || ::unlink(path.c_str()) != 0) return no_file(path);
  return file;
}

EngineResult<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return no_file("write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

using TakePiece = std::function<EngineResult<void>(std::string_view piece)>;

/// Reads the archive to its end; its digest.
EngineResult<std::string> digest_of(BuildContext& context, const TakePiece& take) {
  Sha256 hash;
  while (true) {
    const auto piece = context.next();
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return hash.finish();
    hash.add(*piece);
    if (auto taken = take(*piece); !taken) return std::unexpected(taken.error());
  }
}

}  // namespace

EngineResult<ContextSnapshot> ContextSnapshot::take(const std::string& folder, const std::string& dockerfile,
                                                    ContextLimits limits) {
  auto context = BuildContext::open(folder, dockerfile, limits);
  if (!context) return std::unexpected(context.error());
  auto file = file_without_name();
  if (!file) return std::unexpected(file.error());
  auto digest = digest_of(**context, [&](std::string_view piece) { return write_all(file->get(), piece); });
  if (!digest) return std::unexpected(digest.error());
  ContextSnapshot snapshot;
  snapshot.file_ = std::move(*file);
  snapshot.digest_ = std::move(*digest);
  snapshot.dockerfile_ = (*context)->dockerfile();
  return snapshot;
}

ByteSource ContextSnapshot::bytes() const {
  return [fd = file_.get(), offset = off_t{0}]() mutable -> EngineResult<std::string> {
    std::string piece(read_size, '\0');
    ssize_t count = 0;
    do {
      count = ::pread(fd, piece.data(), piece.size(), offset);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return no_file("read");
    offset += count;
    piece.resize(static_cast<std::size_t>(count));
    return piece;
  };
}

EngineResult<std::string> context_digest(const std::string& folder, const std::string& dockerfile,
                                         ContextLimits limits) {
  auto context = BuildContext::open(folder, dockerfile, limits);
  if (!context) return std::unexpected(context.error());
  return digest_of(**context, [](std::string_view) { return EngineResult<void>(); });
}

}  // namespace skillrun::inline v0
