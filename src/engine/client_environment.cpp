#include "engine/client_environment.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

constexpr std::array passed_on{
    // Who and where the caller is.
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TERM", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
    "XDG_CACHE_HOME", "DBUS_SESSION_BUS_ADDRESS",
    // Which engine, and by which credentials.
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS", "DOCKER_TLS_VERIFY",
    "DOCKER_API_VERSION", "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINER_SSHKEY", "CONTAINERS_CONF",
    "CONTAINERS_CONF_OVERRIDE", "CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF", "REGISTRY_AUTH_FILE",
    "SSH_AUTH_SOCK",
    // How to reach a network.
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR"};

}  // namespace

std::string caller_variable(const char* name) {
  const char* value = ::getenv(name);  // NOLINT(concurrency-mt-unsafe): the library never changes the environment
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::string> client_environment() {
  // Messages in English: some of them are told apart by their words.
  std::vector<std::string> result{"LC_ALL=C.UTF-8"};
  for (const char* name : passed_on) {
    const char* value = ::getenv(name);  // NOLINT(concurrency-mt-unsafe): see above
    if (value != nullptr) result.push_back(fmt::format("{}={}", name, value));
  }
  return result;
}

}  // namespace skillrun::inline v0
