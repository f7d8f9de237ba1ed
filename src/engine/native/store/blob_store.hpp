#pragma once

#include <cstddef>
#include <string>

#include "engine/native/store/store_folder.hpp"
#include "engine/native/store/store_temporary.hpp"

namespace skillrun::inline v0 {

/// A piece of an image that others refer to by its digest.
struct BlobReference {
  std::string digest;      ///< SHA-256, 64 hexadecimal digits in lower case, without "sha256:"
  std::uint64_t size = 0;  ///< bytes
};

/// The hexadecimal part of "sha256:HEX"; nothing for any other text. No other algorithm is taken: what cannot be
/// verified is not stored.
[[nodiscard]] std::optional<std::string> sha256_digits(std::string_view digest);

/// The pieces of images, each under its digest, which it had when it was put there. The store must outlive it.
class BlobStore {
 public:
  explicit BlobStore(const StoreFolder& store) : store_(&store) {}

  [[nodiscard]] bool has(const std::string& digest) const;
  [[nodiscard]] EngineResult<UniqueFd> open(const std::string& digest) const;
  /// The whole of a small one, verified again; more than `most` bytes are an error.
  [[nodiscard]] EngineResult<std::string> read(const std::string& digest, std::size_t most) const;
  /// Takes the file `name` of the temporary folder once it has the digest and size that it is to have. It may be taken
  /// again, but not written to any more.
  [[nodiscard]] EngineResult<void> adopt(StoreTemporary& temporary, const std::string& name,
                                         const BlobReference& reference, const CallWatch& watch) const;
  /// Puts these bytes there and tells by what they are found.
  [[nodiscard]] EngineResult<BlobReference> put(StoreTemporary& temporary, std::string_view bytes) const;

 private:
  const StoreFolder* store_;
};

/// Digest and size of a whole file.
[[nodiscard]] EngineResult<BlobReference> digest_of_file(int file, const CallWatch& watch);

}  // namespace skillrun::inline v0
