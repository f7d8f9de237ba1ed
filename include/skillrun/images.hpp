#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine_call.hpp>
#include <skillrun/export.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

struct ImageInfo {
  std::string id;  ///< "sha256:..."
  std::vector<std::string> repo_digests;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string user;  ///< USER of the image
  std::string os;
  std::string architecture;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;  ///< NAME=VALUE
  std::string working_dir;
  std::vector<std::string> volumes;  ///< targets of its VOLUME lines: engines mount an anonymous volume at each
};

struct ImportRequest {
  std::string reference;
  std::vector<std::pair<std::string, std::string>> labels;
};

struct BuildRequest {
  std::string dockerfile;  ///< a path in the context
  std::string target;      ///< the stage to stop at; empty: the last
  std::vector<std::pair<std::string, std::string>> args;
  std::string reference;
  std::optional<std::string> platform;
  std::vector<std::pair<std::string, std::string>> labels;
};

/// Where images are kept. One store may serve several container backends.
class SKILLRUN_API ImageStore {
 public:
  ImageStore() = default;
  ImageStore(const ImageStore&) = delete;
  ImageStore& operator=(const ImageStore&) = delete;
  virtual ~ImageStore() = default;

  /// The image, or nothing when the engine does not have it. Never pulls.
  [[nodiscard]] virtual EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference,
                                                                             CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> pull_image(const ImageReference& image,
                                                      const std::optional<std::string>& platform,
                                                      const ProgressSink& progress, CallLimits limits) = 0;
  /// Makes an image of one layer from the tar archive that `archive` gives.
  [[nodiscard]] virtual EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive,
                                                        CallLimits limits) = 0;
  /// Builds from the tar archive that `context` gives.
  [[nodiscard]] virtual EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context,
                                                       const ProgressSink& progress, CallLimits limits) = 0;
};

}  // namespace skillrun::inline v0
