#include "engine/docker/cli/cli_probe.hpp"

#include <unistd.h>

#include <array>

#include "engine/client_environment.hpp"
#include "engine/docker/cli/inspect_json.hpp"
#include "support/process/find_program.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view unix_scheme = "unix://";
constexpr std::string_view default_docker_host = "unix:///var/run/docker.sock";

/// podman needs an init program on this machine, one without shared libraries: it runs inside the container.
void find_init(Dialect& dialect) {
  for (const char* own : {"/usr/libexec/podman/catatonit", "/usr/local/libexec/podman/catatonit"}) {
    if (::access(own, X_OK) == 0) return;
  }
  for (const char* name : {"catatonit", "tini-static", "docker-init"}) {
    if (const auto found = find_program(name, caller_variable("PATH")); found) {
      dialect.init_path = *found;
      return;
    }
  }
  dialect.has_init = false;
}

EngineResult<void> ask_podman(const Client& client, CallLimits limits, CliProbe& probe) {
  auto text = client.run({"info", "--format={{json .}}"}, limits);
  if (!text) return std::unexpected(text.error());
  auto host = parse_podman_info(*text);
  if (!host) return std::unexpected(host.error());
  probe.info.os = host->os;
  probe.info.architecture = host->architecture;
  probe.info.rootless = host->rootless;
  probe.info.remote = host->remote;
  if (!host->remote && !host->socket.empty()) probe.info.socket = host->socket;
  if (!host->remote) find_init(probe.dialect);
  return {};
}

/// The address of the daemon, as the client chooses it.
EngineResult<std::string> docker_host(const Client& client, const std::string& context, CallLimits limits) {
  if (context.empty() || context == "default") {
    const std::string host = caller_variable("DOCKER_HOST");
    return host.empty() ? std::string(default_docker_host) : host;
  }
  auto text = client.run({"context", "inspect", "--format={{.Endpoints.docker.Host}}", "--", context}, limits);
  if (!text) return std::unexpected(text.error());
  while (text->ends_with('\n')) text->pop_back();
  return *text;
}

EngineResult<void> ask_docker(const Client& client, const std::string& context, CallLimits limits, CliProbe& probe) {
  auto options = client.run({"info", "--format={{json .SecurityOptions}}"}, limits);
  if (!options) return std::unexpected(options.error());
  probe.info.rootless = names_rootless(*options);
  auto host = docker_host(client, context, limits);
  if (!host) return std::unexpected(host.error());
  if (host->starts_with(unix_scheme)) {
    probe.info.socket = host->substr(unix_scheme.size());
  } else {
    probe.info.remote = true;
  }
  return {};
}

}  // namespace

EngineResult<CliProbe> probe_client(const Client& client, CallLimits limits) {
  auto text = client.run({"version", "--format={{json .}}"}, limits);
  if (!text) return std::unexpected(text.error());
  auto version = parse_version(*text);
  if (!version) return std::unexpected(version.error());
  if (!version->podman && !version->has_server) {
    return std::unexpected(EngineError{EngineError::Kind::unavailable, "the docker daemon does not answer"});
  }
  CliProbe probe;
  probe.info.kind = std::string(version->podman ? kind_podman : kind_docker);
  probe.info.transport = "cli";
  probe.info.endpoint = client.program();
  probe.info.version = version->version;
  probe.info.os = version->os;
  probe.info.architecture = version->architecture;
  probe.dialect.podman = version->podman;
  probe.dialect.client = true;
  probe.dialect.api_minor = api_minor(version->api_version).value_or(41);
  auto asked =
      version->podman ? ask_podman(client, limits, probe) : ask_docker(client, version->context, limits, probe);
  if (!asked) return std::unexpected(asked.error());
  probe.dialect.rootless = probe.info.rootless;
  if (version->podman) {
    probe.info.shows_mounts = false;
    // podman's program starts containers itself, docker's asks its service.
    probe.info.mounter = probe.info.rootless ? EngineInfo::Mounter::user_namespace : EngineInfo::Mounter::child;
  }
  return probe;
}

}  // namespace skillrun::inline v0
