#include "spec/docker_run_flags.hpp"

#include <algorithm>
#include <array>

namespace skillrun {

namespace {

using enum FlagArity;

constexpr std::array flags{
    DockerRunFlag{"add-host", 0, "", list, "extra_hosts"},
    DockerRunFlag{"annotation", 0, "", list, ""},
    DockerRunFlag{"attach", 'a', "", list, ""},
    DockerRunFlag{"blkio-weight", 0, "", one, ""},
    DockerRunFlag{"blkio-weight-device", 0, "", list, ""},
    DockerRunFlag{"cap-add", 0, "", list, "cap_add"},
    DockerRunFlag{"cap-drop", 0, "", list, "cap_drop"},
    DockerRunFlag{"cgroup-parent", 0, "", one, ""},
    DockerRunFlag{"cgroupns", 0, "", one, ""},
    DockerRunFlag{"cidfile", 0, "", one, ""},
    DockerRunFlag{"cpu-count", 0, "", one, ""},
    DockerRunFlag{"cpu-percent", 0, "", one, ""},
    DockerRunFlag{"cpu-period", 0, "", one, ""},
    DockerRunFlag{"cpu-quota", 0, "", one, ""},
    DockerRunFlag{"cpu-rt-period", 0, "", one, ""},
    DockerRunFlag{"cpu-rt-runtime", 0, "", one, ""},
    DockerRunFlag{"cpu-shares", 'c', "", one, ""},
    DockerRunFlag{"cpus", 0, "", one, "cpus"},
    DockerRunFlag{"cpuset-cpus", 0, "", one, ""},
    DockerRunFlag{"cpuset-mems", 0, "", one, ""},
    DockerRunFlag{"detach", 'd', "", boolean, ""},
    DockerRunFlag{"detach-keys", 0, "", one, ""},
    DockerRunFlag{"device", 0, "", list, "devices"},
    DockerRunFlag{"device-cgroup-rule", 0, "", list, ""},
    DockerRunFlag{"device-read-bps", 0, "", list, ""},
    DockerRunFlag{"device-read-iops", 0, "", list, ""},
    DockerRunFlag{"device-write-bps", 0, "", list, ""},
    DockerRunFlag{"device-write-iops", 0, "", list, ""},
    DockerRunFlag{"disable-content-trust", 0, "", boolean, ""},
    DockerRunFlag{"dns", 0, "", list, "dns"},
    DockerRunFlag{"dns-option", 0, "dns-opt", list, ""},
    DockerRunFlag{"dns-search", 0, "", list, ""},
    DockerRunFlag{"domainname", 0, "", one, ""},
    DockerRunFlag{"entrypoint", 0, "", one, "entrypoint"},
    DockerRunFlag{"env", 'e', "", list, "environment"},
    DockerRunFlag{"env-file", 0, "", list, ""},
    DockerRunFlag{"expose", 0, "", list, ""},
    DockerRunFlag{"gpus", 0, "", list, "gpus"},
    DockerRunFlag{"group-add", 0, "", list, "group_add"},
    DockerRunFlag{"health-cmd", 0, "", one, ""},
    DockerRunFlag{"health-interval", 0, "", one, ""},
    DockerRunFlag{"health-retries", 0, "", one, ""},
    DockerRunFlag{"health-start-interval", 0, "", one, ""},
    DockerRunFlag{"health-start-period", 0, "", one, ""},
    DockerRunFlag{"health-timeout", 0, "", one, ""},
    DockerRunFlag{"help", 0, "", boolean, ""},
    DockerRunFlag{"hostname", 'h', "", one, "hostname"},
    DockerRunFlag{"init", 0, "", boolean, "init"},
    DockerRunFlag{"interactive", 'i', "", boolean, "stdin"},
    DockerRunFlag{"io-maxbandwidth", 0, "", one, ""},
    DockerRunFlag{"io-maxiops", 0, "", one, ""},
    DockerRunFlag{"ip", 0, "", one, ""},
    DockerRunFlag{"ip6", 0, "", one, ""},
    DockerRunFlag{"ipc", 0, "", one, ""},
    DockerRunFlag{"isolation", 0, "", one, ""},
    DockerRunFlag{"kernel-memory", 0, "", one, ""},
    DockerRunFlag{"label", 'l', "", list, "labels"},
    DockerRunFlag{"label-file", 0, "", list, ""},
    DockerRunFlag{"link", 0, "", list, ""},
    DockerRunFlag{"link-local-ip", 0, "", list, ""},
    DockerRunFlag{"log-driver", 0, "", one, ""},
    DockerRunFlag{"log-opt", 0, "", list, ""},
    DockerRunFlag{"mac-address", 0, "", one, ""},
    DockerRunFlag{"memory", 'm', "", one, "memory"},
    DockerRunFlag{"memory-reservation", 0, "", one, "memory_reservation"},
    DockerRunFlag{"memory-swap", 0, "", one, "memory_swap"},
    DockerRunFlag{"memory-swappiness", 0, "", one, ""},
    DockerRunFlag{"mount", 0, "", list, "mounts"},
    DockerRunFlag{"name", 0, "", one, ""},
    DockerRunFlag{"network", 0, "net", list, "network"},
    DockerRunFlag{"network-alias", 0, "net-alias", list, ""},
    DockerRunFlag{"no-healthcheck", 0, "", boolean, ""},
    DockerRunFlag{"oom-kill-disable", 0, "", boolean, ""},
    DockerRunFlag{"oom-score-adj", 0, "", one, ""},
    DockerRunFlag{"pid", 0, "", one, ""},
    DockerRunFlag{"pids-limit", 0, "", one, "pids_limit"},
    DockerRunFlag{"platform", 0, "", one, "platform"},
    DockerRunFlag{"privileged", 0, "", boolean, ""},
    DockerRunFlag{"publish", 'p', "", list, "ports"},
    DockerRunFlag{"publish-all", 'P', "", boolean, ""},
    DockerRunFlag{"pull", 0, "", one, "pull"},
    DockerRunFlag{"quiet", 'q', "", boolean, ""},
    DockerRunFlag{"read-only", 0, "", boolean, "read_only"},
    DockerRunFlag{"restart", 0, "", one, ""},
    DockerRunFlag{"rm", 0, "", boolean, "rm"},
    DockerRunFlag{"runtime", 0, "", one, ""},
    DockerRunFlag{"security-opt", 0, "", list, "security_opt"},
    DockerRunFlag{"shm-size", 0, "", one, "shm_size"},
    DockerRunFlag{"sig-proxy", 0, "", boolean, ""},
    DockerRunFlag{"stop-signal", 0, "", one, "stop_signal"},
    DockerRunFlag{"stop-timeout", 0, "", one, "stop_timeout"},
    DockerRunFlag{"storage-opt", 0, "", list, ""},
    DockerRunFlag{"sysctl", 0, "", list, "sysctls"},
    DockerRunFlag{"tmpfs", 0, "", list, "tmpfs"},
    DockerRunFlag{"tty", 't', "", boolean, "tty"},
    DockerRunFlag{"ulimit", 0, "", list, "ulimits"},
    DockerRunFlag{"use-api-socket", 0, "", boolean, ""},
    DockerRunFlag{"user", 'u', "", one, "user"},
    DockerRunFlag{"userns", 0, "", one, ""},
    DockerRunFlag{"uts", 0, "", one, ""},
    DockerRunFlag{"volume", 'v', "", list, "volumes"},
    DockerRunFlag{"volume-driver", 0, "", one, ""},
    DockerRunFlag{"volumes-from", 0, "", list, ""},
    DockerRunFlag{"workdir", 'w', "", one, "working_dir"},
};

static_assert(std::ranges::is_sorted(flags, {}, &DockerRunFlag::name));

}  // namespace

std::span<const DockerRunFlag> docker_run_flags() { return flags; }

const DockerRunFlag* find_docker_run_flag(std::string_view name) {
  if (name.empty()) return nullptr;
  const auto* found = std::ranges::lower_bound(flags, name, {}, &DockerRunFlag::name);
  if (found != flags.end() && found->name == name) return found;
  found = std::ranges::find(flags, name, &DockerRunFlag::alias);
  return found != flags.end() ? found : nullptr;
}

const DockerRunFlag* find_docker_run_flag(char shorthand) {
  if (shorthand == 0) return nullptr;
  const auto* found = std::ranges::find(flags, shorthand, &DockerRunFlag::shorthand);
  return found != flags.end() ? found : nullptr;
}

}  // namespace skillrun
