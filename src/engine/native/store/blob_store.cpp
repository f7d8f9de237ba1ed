#include "engine/native/store/blob_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "engine/native/store/store_failure.hpp"
#include "support/sha256.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t hash_block = std::size_t{256} << 10;

std::unexpected<EngineError> wrong_digest(const std::string& expected, const std::string& found) {
  return failure(
      EngineError::Kind::refused,
      fmt::format("a piece of the image is not what its digest promises: expected sha256:{}, found sha256:{}", expected,
                  found));
}

}  // namespace

std::optional<std::string> sha256_digits(std::string_view digest) {
  constexpr std::string_view algorithm = "sha256:";
  constexpr std::size_t digits = 64;
  if (!digest.starts_with(algorithm)) return std::nullopt;
  digest.remove_prefix(algorithm.size());
  const auto is_digit_of = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (digest.size() != digits || !std::ranges::all_of(digest, is_digit_of)) return std::nullopt;
  return std::string(digest);
}

EngineResult<BlobReference> digest_of_file(int file, const CallWatch& watch) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(hash_block);
  Sha256 hash;
  BlobReference found;
  while (true) {
    if (auto checked = watch.check(); !checked) return std::unexpected(checked.error());
    const ssize_t got = ::pread(file, buffer.get(), hash_block, static_cast<off_t>(found.size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return store_failure("a piece of an image cannot be read", errno);
    if (got == 0) break;
    hash.add({buffer.get(), static_cast<std::size_t>(got)});
    found.size += static_cast<std::uint64_t>(got);
  }
  found.digest = hash.finish();
  return found;
}

bool BlobStore::has(const std::string& digest) const {
  return ::faccessat(store_->blobs.get(), digest.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

EngineResult<UniqueFd> BlobStore::open(const std::string& digest) const {
  UniqueFd file(::openat(store_->blobs.get(), digest.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file) return file;
  if (errno == ENOENT) {
    return failure(EngineError::Kind::not_found,
                   fmt::format("the image store has no blob sha256:{}; remove the image and pull it again", digest));
  }
  return store_failure(fmt::format("blob sha256:{} of the image store", digest), errno);
}

EngineResult<std::string> BlobStore::read(const std::string& digest, std::size_t most) const {
  const auto file = open(digest);
  if (!file) return std::unexpected(file.error());
  struct stat status{};
  if (::fstat(file->get(), &status) != 0) return store_failure("a blob of the image store cannot be read", errno);
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > most) {
    return failure(EngineError::Kind::refused,
                   fmt::format("blob sha256:{} has {} bytes, and at most {} are read of what describes an image",
                               digest, status.st_size, most));
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(file->get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return store_failure("a blob of the image store cannot be read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  if (const std::string found = sha256(bytes); found != digest) return wrong_digest(digest, found);
  return bytes;
}

EngineResult<void> BlobStore::adopt(StoreTemporary& temporary, const std::string& name, const BlobReference& reference,
                                    const CallWatch& watch) const {
  const UniqueFd file(::openat(temporary.folder(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return store_failure("a piece of an image cannot be read", errno);
  if (!S_ISREG(status.st_mode)) return failure(EngineError::Kind::refused, "a piece of an image is not a file");
  const auto found = digest_of_file(file.get(), watch);
  if (!found) return std::unexpected(found.error());
  if (found->digest != reference.digest) return wrong_digest(reference.digest, found->digest);
  if (found->size != reference.size) {
    return failure(EngineError::Kind::refused,
                   fmt::format("a piece of the image, sha256:{}, has {} bytes where {} are promised", found->digest,
                               found->size, reference.size));
  }
  if (::fchmod(file.get(), 0600) != 0 || ::fsync(file.get()) != 0) {
    return store_failure("a blob of the image store cannot be written", errno);
  }
  if (::linkat(temporary.folder(), name.c_str(), store_->blobs.get(), reference.digest.c_str(), 0) != 0 &&
      errno != EEXIST) {
    return store_failure("a blob of the image store cannot be written", errno);
  }
  return sync_folder(store_->blobs.get());
}

EngineResult<BlobReference> BlobStore::put(StoreTemporary& temporary, std::string_view bytes) const {
  BlobReference reference{.digest = sha256(bytes), .size = bytes.size()};
  if (has(reference.digest)) return reference;
  if (auto put = put_file(temporary, bytes, store_->blobs.get(), reference.digest); !put) {
    return std::unexpected(put.error());
  }
  return reference;
}

}  // namespace skillrun::inline v0
