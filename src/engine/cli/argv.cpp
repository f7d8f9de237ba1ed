#include "engine/cli/argv.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include <fmt/format.h>

#include "policy/seccomp_profile.hpp"

namespace skillrun {

namespace {

class Renderer {
 public:
  Renderer(const ContainerSpec& spec, const CliDialect& dialect) : spec_(spec), dialect_(dialect) {}

  RenderedSpec render(const RunLabels& labels, const StartOptions& options);

 private:
  void flag(std::string_view name, std::string_view value) {
    result_.flags.push_back(fmt::format("--{}={}", name, value));
  }
  void flag(std::string_view name, std::int64_t value) { flag(name, std::to_string(value)); }
  void flag(std::string_view name, bool value) { flag(name, std::string_view(value ? "true" : "false")); }
  void refuse(std::string reason) { result_.unsupported.push_back(std::move(reason)); }

  void identity();
  void security();
  void security_option(const std::string& option);
  void network();
  void resources();
  void variables();
  void command(const std::string& built);

  const ContainerSpec& spec_;
  const CliDialect& dialect_;
  RenderedSpec result_;
};

void Renderer::identity() {
  if (spec_.platform) flag("platform", spec_.platform->value);
  if (spec_.entrypoint) {
    // podman reads a JSON array here; the spec means one word.
    if (dialect_.podman && spec_.entrypoint->value.starts_with('[')) {
      refuse("podman reads an entrypoint that begins with '[' as a list");
    } else {
      flag("entrypoint", spec_.entrypoint->value);
    }
  }
  if (spec_.working_dir) flag("workdir", spec_.working_dir->value);
  if (spec_.user) {
    if (dialect_.podman && dialect_.rootless && spec_.user->value.host) flag("userns", std::string_view("keep-id"));
    flag("user", spec_.user->value.text());
  }
  for (const auto& group : spec_.group_add) flag("group-add", group.value);
  if (spec_.hostname) flag("hostname", spec_.hostname->value);
  if (spec_.domainname) {
    if (dialect_.podman) {
      refuse("podman has no domain name");
    } else {
      flag("domainname", spec_.domainname->value);
    }
  }
  if (spec_.stop_signal) flag("stop-signal", spec_.stop_signal->value);
  if (spec_.stop_timeout) flag("stop-timeout", spec_.stop_timeout->value.count());
  if (spec_.init) {
    const bool wanted = spec_.init->value;
    const bool by_default =
        spec_.init->origin.kind == OriginKind::policy_default || spec_.init->origin.kind == OriginKind::builtin;
    if (!wanted || dialect_.has_init) {
      flag("init", wanted);
      if (wanted && !dialect_.init_path.empty()) flag("init-path", dialect_.init_path);
    } else if (!by_default) {
      refuse("podman has no init program: install catatonit or tini, or set init to false");
    }
  }
}

/// A client reads a seccomp profile from a file, which may have changed since it was judged.
void Renderer::security_option(const std::string& option) {
  const bool has_builtin = !dialect_.podman && dialect_.api_minor >= 42;
  if (seccomp_profile(option)) {
    refuse("a seccomp profile is handed to docker's socket only, not to a client");
  } else if ((option == "seccomp=builtin" || option == "seccomp:builtin") && !has_builtin) {
    refuse(fmt::format("security option {}: this client would read a file of that name", option));
  } else {
    flag("security-opt", option);
  }
}

void Renderer::security() {
  if (spec_.privileged) flag("privileged", spec_.privileged->value);
  if (spec_.readonly_rootfs) {
    flag("read-only", spec_.readonly_rootfs->value);
    // podman's default would leave /tmp, /run and /var/tmp writable.
    if (dialect_.podman && spec_.readonly_rootfs->value) flag("read-only-tmpfs", false);
  }
  for (const auto& capability : spec_.cap_add) flag("cap-add", capability.value);
  for (const auto& capability : spec_.cap_drop) flag("cap-drop", capability.value);
  if (spec_.no_new_privileges) {
    if (!dialect_.podman) {
      flag("security-opt", spec_.no_new_privileges->value ? std::string_view("no-new-privileges=true")
                                                          : std::string_view("no-new-privileges=false"));
    } else if (spec_.no_new_privileges->value) {
      flag("security-opt", std::string_view("no-new-privileges"));
    }
  }
  for (const auto& option : spec_.security_opt) security_option(option.value);
  for (const auto& sysctl : spec_.sysctls) flag("sysctl", fmt::format("{}={}", sysctl.value.key, sysctl.value.value));
  for (const auto& device : spec_.devices) {
    const Device& value = device.value;
    if (value.host.find(':') != std::string::npos || value.container.find(':') != std::string::npos) {
      refuse(fmt::format("device {}: a path with a colon can not be given to a client", value.host));
    } else {
      flag("device", fmt::format("{}:{}:{}", value.host, value.container, value.permissions));
    }
  }
  if (spec_.gpus) {
    // podman takes --gpus and ignores it.
    if (dialect_.podman) {
      refuse("podman's client ignores --gpus: use docker for this skill");
    } else {
      flag("gpus", gpu_words(spec_.gpus->value));
    }
  }
}

void Renderer::network() {
  if (spec_.network_mode) {
    const NetworkMode& mode = spec_.network_mode->value;
    const std::string text = mode.text();
    if (mode.kind == NetworkKind::path && !dialect_.podman) {
      refuse("docker has no network namespaces by path");
    } else if (text.find_first_of("=,") != std::string::npos ||
               (dialect_.podman && mode.kind == NetworkKind::named && text.find(':') != std::string::npos)) {
      refuse(fmt::format("network {}: a client would read options in this name", text));
    } else {
      flag("network", text);
    }
  }
  for (const auto& port : spec_.ports) {
    const PortMapping& value = port.value;
    const bool six = value.host_ip.find(':') != std::string::npos;
    std::string text;
    if (!value.host_ip.empty()) text = six ? fmt::format("[{}]:", value.host_ip) : value.host_ip + ":";
    if (value.host_port) text += std::to_string(*value.host_port);
    if (value.host_port || !value.host_ip.empty()) text += ':';
    flag("publish", fmt::format("{}{}/{}", text, value.container_port, value.protocol));
  }
  for (const auto& server : spec_.dns) flag("dns", server.value);
  for (const auto& host : spec_.extra_hosts)
    flag("add-host", fmt::format("{}:{}", host.value.host, host.value.address));
}

std::string decimal_cpus(std::int64_t nano) {
  std::string text = fmt::format("{}.{:09}", nano / 1'000'000'000, nano % 1'000'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void Renderer::resources() {
  if (spec_.memory) flag("memory", spec_.memory->value);
  if (spec_.memory_swap) flag("memory-swap", spec_.memory_swap->value);
  if (spec_.memory_reservation) flag("memory-reservation", spec_.memory_reservation->value);
  if (spec_.nano_cpus) flag("cpus", decimal_cpus(spec_.nano_cpus->value));
  if (spec_.cpu_shares) flag("cpu-shares", spec_.cpu_shares->value);
  if (spec_.pids_limit) flag("pids-limit", spec_.pids_limit->value == 0 ? -1 : spec_.pids_limit->value);
  if (spec_.shm_size) flag("shm-size", spec_.shm_size->value);
  if (spec_.oom_score_adj) flag("oom-score-adj", spec_.oom_score_adj->value);
  for (const auto& limit : spec_.ulimits) {
    flag("ulimit", fmt::format("{}={}:{}", limit.value.name, limit.value.soft, limit.value.hard));
  }
}

void Renderer::variables() {
  auto& all = result_.variables;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& entry : spec_.env) {
    if (!entry.value.value) {
      // The caller has none: the name alone takes an image's variable away, as over the API. podman reads patterns
      // here.
      if (!dialect_.podman) flag("env", entry.value.name);
      continue;
    }
    const auto [place, is_new] = places.emplace(entry.value.name, all.size());
    if (is_new) {
      all.emplace_back(entry.value.name, *entry.value.value);
    } else {
      all[place->second].second = *entry.value.value;
    }
  }
}

void Renderer::command(const std::string& built) {
  result_.tail.emplace_back("--");
  const ImageReference& image = spec_.image.value;
  result_.tail.push_back(built.empty() ? image_word(dialect_.podman ? image.canonical() : image.familiar(), dialect_)
                                       : built);
  for (const auto& word : spec_.command) result_.tail.push_back(word.value);
}

RenderedSpec Renderer::render(const RunLabels& labels, const StartOptions& options) {
  for (const auto& label : spec_.labels) flag("label", fmt::format("{}={}", label.value.key, label.value.value));
  for (const auto& [key, value] : labels.entries) flag("label", fmt::format("{}={}", key, value));
  // Proxies of the caller are not part of the spec; podman would hand them over.
  if (dialect_.podman) flag("http-proxy", false);
  flag("interactive", options.standard_input);
  flag("tty", options.tty);
  identity();
  security();
  for (const auto& mount : spec_.mounts) render_mount(mount.value, dialect_, result_);
  network();
  resources();
  render_rare_settings(spec_, dialect_, result_);
  variables();
  command(options.image);
  return std::move(result_);
}

}  // namespace

std::string image_word(const std::string& reference, const CliDialect& dialect) {
  const std::size_t digest = reference.find('@');
  if (!dialect.podman || digest == std::string::npos) return reference;
  const std::string name = reference.substr(0, digest);
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return (tagged ? name.substr(0, colon) : name) + reference.substr(digest);
}

RenderedSpec render_spec(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                         const CliDialect& dialect) {
  return Renderer(spec, dialect).render(labels, options);
}

std::optional<int> api_minor(std::string_view version) {
  int minor = 0;
  if (!version.starts_with("1.")) return std::nullopt;
  version.remove_prefix(2);
  const auto read = std::from_chars(version.data(), version.data() + version.size(), minor);
  if (read.ec != std::errc() || read.ptr != version.data() + version.size()) return std::nullopt;
  return minor;
}

CommandLine docker_run_command(const ContainerSpec& spec, const RunLabels& labels, const StartOptions& options,
                               const EngineInfo& engine) {
  CliDialect dialect;
  dialect.podman = engine.kind == "podman";
  dialect.rootless = engine.rootless;
  dialect.api_minor = api_minor(engine.api_version).value_or(dialect.api_minor);
  RenderedSpec rendered = render_spec(spec, labels, options, dialect);
  std::vector<std::string> words{dialect.podman ? "podman" : "docker", "run"};
  words.emplace_back(spec.removes_container() ? "--rm=true" : "--rm=false");
  if (spec.pull) words.push_back(fmt::format("--pull={}", to_string(spec.pull->value)));
  words.insert(words.end(), rendered.flags.begin(), rendered.flags.end());
  for (const auto& [name, value] : rendered.variables) words.push_back(fmt::format("--env={}={}", name, value));
  words.insert(words.end(), rendered.tail.begin(), rendered.tail.end());
  return {.words = std::move(words), .gaps = std::move(rendered.unsupported)};
}

}  // namespace skillrun
