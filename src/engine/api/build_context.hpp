#pragma once

#include <memory>
#include <string>

#include <skillrun/engine.hpp>

namespace skillrun {

/// The folder of a Dockerfile build as a tar archive that is made while it is sent. Symlinks are archived as they are
/// and never followed, so nothing from outside the folder can get into it. What .dockerignore excludes is left out;
/// everything belongs to root. Entries come in the order of their names.
class BuildContext {
 public:
  /// `dockerfile` is relative to `folder`; empty: "Dockerfile".
  [[nodiscard]] static EngineResult<std::unique_ptr<BuildContext>> open(const std::string& folder,
                                                                        const std::string& dockerfile);
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

}  // namespace skillrun
