#pragma once

#include <string>
#include <vector>

#include <skillrun/images.hpp>

#include "engine/native/store/call_watch.hpp"

namespace skillrun::inline v0 {

/// The program skopeo, which speaks with registries. It gets the caller's logins as docker's and podman's
/// configurations have them, proxies and registries.conf, and decides by the machine's policy.json whose signatures are
/// asked for. It is not believed: whoever takes what it brings compares the digests.
class Skopeo {
 public:
  /// The one on PATH; kind unsupported where there is none.
  [[nodiscard]] static EngineResult<Skopeo> find();

  /// A manifest or index as the registry has it, byte for byte. `image` has a tag or a digest.
  [[nodiscard]] EngineResult<std::string> manifest(const ImageReference& image, const CallWatch& watch) const;
  /// Brings an image into a folder that it makes: each blob as a file named by its digits.
  [[nodiscard]] EngineResult<void> copy(const ImageReference& image, const std::string& folder,
                                        const ProgressSink& progress, const CallWatch& watch) const;

 private:
  explicit Skopeo(std::string program) : program_(std::move(program)) {}
  std::string program_;
};

/// The words that name an image of a registry to skopeo.
[[nodiscard]] std::string skopeo_name(const ImageReference& image);

/// True for a registry on this machine's loopback, which is spoken to without TLS where it has none, as docker does
/// (127.0.0.0/8 and localhost, with any port).
[[nodiscard]] bool is_loopback_registry(std::string_view registry);

/// The option by which skopeo and buildah find docker's logins where the caller says that they lie elsewhere; the usual
/// places they look at themselves.
[[nodiscard]] std::vector<std::string> registry_login_words();

/// What skopeo's words mean that ended with a status other than 0.
[[nodiscard]] EngineError skopeo_error(int status, std::string_view words);

}  // namespace skillrun::inline v0
