#include "engine/variable_transport.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

/// Beginnings of names that a client, its C library, its language runtime or a helper of it (conmon, an OCI runtime,
/// iptables, a wrapper script) reads.
constexpr std::array steering{
    "LD_"sv,       "GLIBC_"sv,    "MALLOC_"sv,   "GCONV_"sv,        "GETCONF_"sv,     "LOCPATH"sv,
    "NLSPATH"sv,   "RES_"sv,      "RESOLV_"sv,   "HOSTALIASES"sv,   "LOCALDOMAIN"sv,  "TZ"sv,
    "GO"sv,        "CGO"sv,       "XTABLES_"sv,  "BASH"sv,          "ENV"sv,          "SHELL"sv,
    "IFS"sv,       "CDPATH"sv,    "PS4"sv,       "PYTHON"sv,        "PERL"sv,         "RUBY"sv,
    "NODE_"sv,     "SSH"sv,       "GIT_"sv,      "GPG"sv,           "DOCKER"sv,       "BUILDKIT"sv,
    "BUILDX"sv,    "COMPOSE_"sv,  "CONTAINER"sv, "_CONTAINER"sv,    "PODMAN"sv,       "_PODMAN"sv,
    "LIBPOD"sv,    "BUILDAH"sv,   "_BUILDAH"sv,  "STORAGE_"sv,      "REGISTRY_"sv,    "CNI_"sv,
    "NETAVARK_"sv, "AARDVARK"sv,  "RUNC_"sv,     "_LIBCONTAINER"sv, "LIBCONTAINER"sv, "NOTIFY_"sv,
    "LISTEN_"sv,   "WATCHDOG_"sv, "OTEL_"sv,     "MOBY_"sv,         "XDG_"sv,         "DBUS_"sv,
    "SSL_"sv,      "OPENSSL"sv,   "PATH"sv,      "HOME"sv,          "USER"sv,         "LOGNAME"sv,
    "TMP"sv,       "TEMP"sv,      "TERM"sv,      "HTTP"sv,          "NO_PROXY"sv,     "ALL_PROXY"sv,
    "http"sv,      "no_proxy"sv,  "all_proxy"sv, "INVOCATION_ID"sv, "FUSE_"sv,        "LC_"sv,
    "LANG"sv,      "CRUN_"sv,     "YAJL_"sv,     "LIBSECCOMP"sv,    "SYSTEMD_"sv,     "NVIDIA_"sv};

constexpr std::size_t longest_line = 32768;

bool fits_a_line(const std::string& name, const std::string& value) {
  if (name.size() + value.size() + 1 > longest_line) return false;
  if (name.empty() || name.front() == '#') return false;
  const auto unfit_in_name = [](char c) { return c <= ' ' || c == 0x7f || c == '*' || c == '"' || c == '\''; };
  if (std::ranges::any_of(name, unfit_in_name)) return false;
  // The versions of the clients differ in how they read these.
  if (value.find_first_of("\"'`\\#$"sv) != std::string::npos) return false;
  if (find_control_character(value) || find_invalid_utf8(name) || find_invalid_utf8(value)) return false;
  return value.empty() || (value.front() != ' ' && value.back() != ' ');
}

}  // namespace

bool fits_the_environment(const std::string& name, const std::string& value) {
  if (value.find('\0') != std::string::npos || name.find_first_of("*="sv) != std::string::npos) return false;
  if (name.empty() || find_control_character(name)) return false;
  return std::ranges::none_of(steering, [&](std::string_view beginning) { return name.starts_with(beginning); });
}

VariableTransport plan_transport(const Variables& variables) {
  VariableTransport result;
  for (const auto& [name, value] : variables) {
    if (fits_a_line(name, value)) {
      result.in_file.emplace_back(name, value);
    } else if (fits_the_environment(name, value)) {
      result.in_environment.emplace_back(name, value);
    } else {
      result.impossible.push_back(name);
    }
  }
  return result;
}

EngineResult<UniqueFd> make_env_file(const Variables& variables) {
  if (variables.empty()) return UniqueFd();
  std::string text;
  for (const auto& [name, value] : variables) text += fmt::format("{}={}\n", name, value);
  UniqueFd file(::memfd_create("skillrun-env", MFD_CLOEXEC));
  std::size_t written = 0;
  while (file && written < text.size()) {
    const ssize_t count = ::write(file.get(), text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  if (!file || written < text.size()) {
    return std::unexpected(
        EngineError{EngineError::Kind::server, fmt::format("no memory file for variables: {}", std::strerror(errno))});
  }
  return file;
}

}  // namespace skillrun::inline v0
