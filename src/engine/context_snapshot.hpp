#pragma once

#include <string>

#include <skillrun/engine.hpp>

#include "engine/build_context.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// The archive of a build context, kept in a file that has no name: what its digest was taken of is what is sent,
/// whatever becomes of the folder meanwhile.
class ContextSnapshot {
 public:
  [[nodiscard]] static EngineResult<ContextSnapshot> take(const std::string& folder, const std::string& dockerfile,
                                                          ContextLimits limits = {});

  /// SHA-256 of the archive, in hexadecimal.
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
  /// Clean and relative.
  [[nodiscard]] const std::string& dockerfile() const noexcept { return dockerfile_; }
  /// The archive from its beginning. The snapshot must outlive it.
  [[nodiscard]] ByteSource bytes() const;

 private:
  ContextSnapshot() = default;
  UniqueFd file_;
  std::string digest_;
  std::string dockerfile_;
};

/// The digest that a snapshot would have, without keeping one.
[[nodiscard]] EngineResult<std::string> context_digest(const std::string& folder, const std::string& dockerfile,
                                                       ContextLimits limits = {});

}  // namespace skillrun::inline v0
