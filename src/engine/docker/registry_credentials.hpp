#pragma once

#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// What a registry is told. Never logged.
struct RegistryCredential {
  std::string server;  ///< as docker's configuration names it
  std::string username;
  std::string password;
  std::string identity_token;  ///< instead of a password

  /// The JSON that the Engine API takes, in base64.
  [[nodiscard]] std::string header() const;
};

/// The logins of docker's client: config.json with its `auths`, `credHelpers` and `credsStore`. Each question reads the
/// file again and may start a helper (docker-credential-NAME of PATH), so that a login just made counts.
class RegistryCredentials {
 public:
  /// `folder` holds config.json; `path` is PATH. An empty folder: nobody has logged in.
  RegistryCredentials(std::string folder, std::string path) : folder_(std::move(folder)), path_(std::move(path)) {}
  RegistryCredentials() = default;

  /// The login for the registry of an image ("docker.io", "127.0.0.1:5000"); nothing when there is none. What is wrong
  /// with the file or a helper is logged as a warning, and there is none: a public image needs none.
  [[nodiscard]] std::optional<RegistryCredential> find(const std::string& registry, CallLimits limits) const;
  /// Every login that the file names: a build may need any of them for its base images.
  [[nodiscard]] std::vector<RegistryCredential> all(CallLimits limits) const;

 private:
  [[nodiscard]] std::optional<json::object> configuration() const;
  [[nodiscard]] std::optional<RegistryCredential> ask(const json::object& config, const std::string& server,
                                                      CallLimits limits) const;
  [[nodiscard]] std::optional<RegistryCredential> ask_helper(const std::string& helper, const std::string& server,
                                                             CallLimits limits) const;

  std::string folder_;
  std::string path_;
};

/// The JSON of several logins by their servers, in base64, as the Engine API takes it for a build.
[[nodiscard]] std::string all_logins_header(const std::vector<RegistryCredential>& logins);

}  // namespace skillrun::inline v0
