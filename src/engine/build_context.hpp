#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <skillrun/engine.hpp>

namespace skillrun::inline v0 {

/// How much may be in a build context. It is read whole before each run, so there is an end to it.
struct ContextLimits {
  std::size_t entries = 100'000;
  std::uint64_t bytes = std::uint64_t{1} << 30;
  const Cancellation* cancellation = nullptr;  ///< ends the reading
};

/// The folder of a Dockerfile build as a tar archive that is made while it is read. Symlinks are archived as they are
/// and never followed, so nothing from outside the folder can get into it. What .dockerignore excludes is left out;
/// everything belongs to root and has one date. Entries come in the order of their names: the same paths, types, modes,
/// contents and targets are the same bytes, and others are others.
class BuildContext {
 public:
  /// `dockerfile` is relative to `folder`; empty: "Dockerfile".
  [[nodiscard]] static EngineResult<std::unique_ptr<BuildContext>> open(const std::string& folder,
                                                                        const std::string& dockerfile,
                                                                        ContextLimits limits = {});
  BuildContext(const BuildContext&) = delete;
  BuildContext& operator=(const BuildContext&) = delete;
  ~BuildContext();

  /// The next bytes of the archive; an empty string is its end.
  [[nodiscard]] EngineResult<std::string> next();
  /// Clean and relative.
  [[nodiscard]] const std::string& dockerfile() const noexcept;

 private:
  class Walk;
  explicit BuildContext(std::unique_ptr<Walk> walk);
  std::unique_ptr<Walk> walk_;
};

}  // namespace skillrun::inline v0
