#pragma once

#include <memory>
#include <string>

#include <skillrun/engine.hpp>

#include "support/process/private_folder.hpp"

namespace skillrun::inline v0 {

/// The archive of a build context, unpacked for a client that wants a folder. Removed with this object, whatever modes
/// its folders have.
class ContextFolder {
 public:
  [[nodiscard]] static EngineResult<std::unique_ptr<ContextFolder>> unpack(const ByteSource& archive);
  ContextFolder() = default;
  ContextFolder(const ContextFolder&) = delete;
  ContextFolder& operator=(const ContextFolder&) = delete;
  ~ContextFolder();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The path of the Dockerfile that the request names; an error when it is not there, or a link leads out of the
  /// context to it: a client would follow that and read any file of the host.
  [[nodiscard]] EngineResult<std::string> file(const std::string& dockerfile) const;

 private:
  PrivateFolder folder_;
  std::string path_;
};

}  // namespace skillrun::inline v0
