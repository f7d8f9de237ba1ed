#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// The baseline's findings for a clean spec after `tweak`.
template <class Tweak>
Findings judged(Tweak tweak, const Policy& policy = baseline()) {
  ContainerSpec spec = clean_spec();
  tweak(spec);
  return evaluate(policy, spec, LexicalHost());
}

}  // namespace

TEST_CASE("privileged = false is not privileged, and a label that says privileged is a label") {
  CHECK_FALSE(has(judged([](auto& s) { s.privileged = set(false, "docker.extra_args[0]", "--privileged=false"); }),
                  "privileged"));
  CHECK(has(judged([](auto& s) { s.privileged = set(true, "docker.extra_args[0]", "--privileged"); }), "privileged",
            Severity::error));
  const auto label = [](auto& s) {
    s.labels.push_back(set(KeyValue{"description", "--privileged"}, "docker.labels.x"));
  };
  CHECK(judged(label).empty());
}

TEST_CASE("host and joined networks are refused, none is quiet, others are named") {
  const auto with = [](NetworkKind kind, std::string name) {
    return judged([&](auto& s) { s.network_mode = set(NetworkMode{kind, std::move(name)}, "docker.network"); });
  };
  CHECK(has(with(NetworkKind::host, ""), "host-network", Severity::error));
  CHECK(has(with(NetworkKind::container, "db"), "joined-namespace", Severity::error));
  CHECK(has(with(NetworkKind::path, "/run/netns/x"), "joined-namespace", Severity::error));
  CHECK(has(with(NetworkKind::bridge, ""), "default-bridge"));
  CHECK(has(with(NetworkKind::named, "backend"), "network-not-none"));
  CHECK_FALSE(has_errors(with(NetworkKind::named, "host-like")));
  CHECK(with(NetworkKind::none, "").empty());
  CHECK(has(judged([](auto& s) { s.network_mode.reset(); }), "default-bridge"));
}

TEST_CASE("capabilities outside the safe set are refused, whatever their spelling") {
  const auto with = [](std::string name, const Policy& policy = baseline()) {
    return judged([&](auto& s) { s.cap_add.push_back(set(std::move(name), "docker.cap_add[0]")); }, policy);
  };
  CHECK(has(with("ALL"), "cap-add-all", Severity::error));
  CHECK(has(with("SYS_ADMIN"), "cap-add-escape", Severity::error));
  CHECK(has(with("NET_RAW"), "cap-add-baseline", Severity::error));
  // A spelling that no parser gives is outside the safe set, too.
  CHECK(has(with("cap_chown"), "cap-add-baseline", Severity::error));
  CHECK_FALSE(has_errors(with("CHOWN")));
  CHECK(has(with("CHOWN", restricted()), "cap-add-restricted", Severity::error));
  CHECK_FALSE(has_errors(with("NET_BIND_SERVICE", restricted())));
}

TEST_CASE("security options are known exactly or refused") {
  const auto rules = [](std::string option) {
    return rules_of(
        judged([&](auto& s) { s.security_opt.push_back(set(std::move(option), "docker.security_opt[0]")); }));
  };
  using Rules = std::vector<std::string>;
  CHECK(rules("seccomp=unconfined") == Rules{"seccomp-unconfined"});
  CHECK(rules("seccomp:unconfined") == Rules{"seccomp-unconfined"});
  CHECK(rules("seccomp=builtin") == Rules{});
  CHECK(rules("seccomp=/srv/profile.json") == Rules{"seccomp-custom-profile"});
  CHECK(rules("apparmor=unconfined") == Rules{"apparmor-unconfined"});
  CHECK(rules("apparmor:unconfined") == Rules{"apparmor-unconfined"});
  CHECK(rules("label=disable") == Rules{"selinux-disabled"});
  CHECK(rules("label:disable") == Rules{"selinux-disabled"});
  CHECK(rules("systempaths=unconfined") == Rules{"systempaths-unconfined"});
  CHECK(rules("apparmor=my-profile") == Rules{"apparmor-unconfined"});
  CHECK(rules("apparmor=docker-default") == Rules{});
  CHECK(rules("label=type:spc_t") == Rules{"selinux-custom-options"});
  CHECK(rules("label:user:root") == Rules{"selinux-custom-options"});
  CHECK(rules("label=type:container_t") == Rules{});
  CHECK(rules("writable-cgroups=true") == Rules{"writable-cgroups"});
  CHECK(rules("writable-cgroups=false") == Rules{});
  for (const char* option :
       {"systempaths:unconfined", "seccomp=", "seccomp", "writable-cgroups=yes", "label=Disable",
        "label=", "label=filetype:x", "apparmor=", "", "SECCOMP=unconfined", "no-new-privs", "label:type=spc_t"}) {
    CAPTURE(option);
    CHECK(rules(option) == Rules{"unknown-security-opt"});
  }
}

TEST_CASE("no limit, zero and minus one are all no limit") {
  CHECK(has(judged([](auto& s) {
              s.memory.reset();
              s.memory_swap.reset();
            }),
            "memory-missing", Severity::warning));
  CHECK(has(judged([](auto& s) {
              s.memory->value = 0;
              s.memory_swap.reset();
            }),
            "memory-missing", Severity::warning));
  CHECK(has(judged([](auto& s) { s.nano_cpus.reset(); }, restricted()), "cpu-missing", Severity::error));
  CHECK(has(judged([](auto& s) { s.nano_cpus->value = 0; }), "cpu-missing"));
  for (const std::int64_t value : {0, -1}) {
    CHECK(has(judged([&](auto& s) { s.pids_limit->value = value; }), "pids-missing", Severity::warning));
  }
  CHECK(has(judged([](auto& s) { s.pids_limit.reset(); }), "pids-missing", Severity::warning));
}

TEST_CASE("memory without a swap limit is reported as twice the memory") {
  CHECK(has(judged([](auto& s) { s.memory_swap.reset(); }), "memory-swap-unlimited"));
  CHECK(has(judged([](auto& s) { s.memory_swap->value = 0; }), "memory-swap-unlimited"));
  CHECK(has(judged([](auto& s) { s.memory_swap->value = -1; }), "memory-swap-unlimited"));
  CHECK_FALSE(has(judged([](auto&) {}), "memory-swap-unlimited"));
}

TEST_CASE("sizes that engines would misread are refused under every policy") {
  CHECK(has(judged([](auto& s) { s.memory->value = 4096; }, privileged()), "memory-invalid", Severity::error));
  CHECK(has(judged([](auto& s) { s.memory->value = -5; }, privileged()), "memory-invalid", Severity::error));
  CHECK(has(judged([](auto& s) { s.memory_swap->value = -2; }, privileged()), "memory-invalid", Severity::error));
  CHECK(has(judged([](auto& s) { s.nano_cpus->value = -1; }, privileged()), "cpu-invalid", Severity::error));
}

TEST_CASE("devices are refused, disks and memory by a rule of their own") {
  const auto with = [](std::string path) {
    return judged([&](auto& s) { s.devices.push_back(set(Device{path, path, "r"}, "docker.devices[0]")); });
  };
  for (const char* path : {"/dev/sda", "/dev/sda1", "/dev/nvme0n1p2", "/dev/dm-0", "/dev/mapper/root", "/dev/mem",
                           "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/dev", "/", "/dev/disk/by-id/x"}) {
    CAPTURE(path);
    CHECK(has(with(path), "critical-device", Severity::error));
    CHECK(has(with(path), "device", Severity::error));
  }
  CHECK_FALSE(has(with("/dev/snd"), "critical-device"));
  CHECK(has(with("/dev/snd"), "device", Severity::error));
}

TEST_CASE("a GPU is asked for by a count, by its name, by a driver or by what it is for") {
  const auto asks = [](const GpuRequest& gpus) {
    return has(judged([&](auto& s) { s.gpus = set(gpus, "docker.gpus"); }), "gpu");
  };
  const GpuRequest nothing{.count = 0, .driver = {}, .device_ids = {}, .capabilities = {}, .options = {}};
  CHECK_FALSE(asks(nothing));
  const auto with = [&](const auto& change) {
    GpuRequest gpus = nothing;
    change(gpus);
    return asks(gpus);
  };
  CHECK(with([](auto& gpus) { gpus.count = -1; }));
  CHECK(with([](auto& gpus) { gpus.device_ids = {"0"}; }));
  CHECK(with([](auto& gpus) { gpus.driver = "nvidia"; }));
  CHECK(with([](auto& gpus) { gpus.capabilities = {"compute"}; }));
}

TEST_CASE("a variable that hands out cards is none beside all cards of its maker, and one beside any other request") {
  const auto refuses = [](GpuRequest gpus) {
    const auto change = [&](auto& s) {
      s.gpus = set(gpus, "docker.gpus");
      s.env.push_back(set(EnvironmentEntry{.name = "NVIDIA_VISIBLE_DEVICES", .value = "all"}, "docker.environment[0]"));
    };
    return has(judged(change), "gpu-environment", Severity::error);
  };
  const GpuRequest all;
  CHECK_FALSE(refuses(all));
  GpuRequest gpus = all;
  gpus.driver = "nvidia";
  CHECK_FALSE(refuses(gpus));
  gpus.driver = "amd";
  CHECK(refuses(gpus));
  gpus = all;
  gpus.count = 1;
  CHECK(refuses(gpus));
  gpus = all;
  gpus.device_ids = {"0"};
  CHECK(refuses(gpus));
}

TEST_CASE("only the exact safe kernel parameters with plain numbers pass") {
  const auto with = [](std::string key, std::string value) {
    return has_errors(judged([&](auto& s) { s.sysctls.push_back(set(KeyValue{key, value}, "docker.sysctls.x")); }));
  };
  CHECK_FALSE(with("net.ipv4.ip_local_port_range", "1024 65535"));
  CHECK(with("net.ipv4.ip_forward", "1"));
  CHECK(with("net.ipv4.ip_local_port_range.x", "1"));
  CHECK(with("kernel.shm_rmid_forced", "1+kernel.core_pattern=|/x"));
  CHECK(with("kernel.shm_rmid_forced", ""));
  CHECK(with("kernel.core_pattern", "|/x"));
}

TEST_CASE("root is root by number, by name and as the caller") {
  const auto with = [](UserSpec user) {
    return has(judged([&](auto& s) { s.user = set(std::move(user), "docker.user"); }), "root-user", Severity::warning);
  };
  CHECK(with({.user = "0", .group = {}, .uid = 0, .gid = {}, .host = false}));
  CHECK(with({.user = "root", .group = {}, .uid = {}, .gid = {}, .host = false}));
  CHECK(with({.user = "0", .group = "0", .uid = 0, .gid = 0, .host = true}));
  CHECK_FALSE(with({.user = "node", .group = {}, .uid = {}, .gid = {}, .host = false}));
  CHECK(has(judged([](auto& s) { s.user.reset(); }), "root-user", Severity::warning));
}

TEST_CASE("group 0 and the docker group are reported") {
  for (const char* group : {"0", "00", "root", "docker"}) {
    CAPTURE(group);
    CHECK(has(judged([&](auto& s) { s.group_add.push_back(set(std::string(group), "docker.group_add[0]")); }),
              "root-group"));
  }
  CHECK_FALSE(has(judged([](auto& s) { s.group_add.push_back(set(std::string("100"), "docker.group_add[0]")); }),
                  "root-group"));
  CHECK(has(judged([](auto& s) {
              s.user->value.gid = 0;
              s.user->value.group = "0";
            }),
            "root-group"));
}

TEST_CASE("a working directory in /proc is refused in every spelling") {
  for (const char* folder : {"/proc", "/proc/self/fd/8", "//proc/self", "/./proc/1", "/x/../proc", "proc/1/..",
                             "/dev/fd/8", "//dev/shm", "/./dev/fd/8"}) {
    CAPTURE(folder);
    CHECK(has(judged([&](auto& s) { s.working_dir = set(std::string(folder), "docker.working_dir"); }), "proc-workdir",
              Severity::error));
  }
  CHECK(judged([](auto& s) { s.working_dir = set(std::string("/process"), "docker.working_dir"); }).empty());
}

TEST_CASE("a range of ports is one finding") {
  const Findings findings = judged([](auto& s) {
    s.network_mode = set(NetworkMode{.kind = NetworkKind::named, .name = "net"}, "docker.network");
    for (std::uint16_t port = 8000; port < 8100; ++port) {
      s.ports.push_back(set(PortMapping{.host_ip = {}, .host_port = port, .container_port = port, .protocol = "tcp"},
                            "docker.ports[0]", "8000-8099:8000-8099"));
    }
  });
  CHECK(std::ranges::count(findings, "published-port", &Finding::rule) == 1);
  CHECK(std::ranges::count(findings, "port-all-interfaces", &Finding::rule) == 1);
}

TEST_CASE("control characters are refused in whatever reaches the engine") {
  const std::string nul("host\0x", 6);
  const auto bad = [](auto tweak) { return has(judged(tweak, privileged()), "control-character", Severity::error); };
  CHECK(bad([&](auto& s) { s.network_mode = set(NetworkMode{NetworkKind::named, nul}, "docker.network"); }));
  CHECK(bad([&](auto& s) { s.mounts.push_back(bind_mount("/srv/" + nul)); }));
  CHECK(bad([&](auto& s) { s.command.push_back(set(nul, "docker.command[0]")); }));
  CHECK(bad([&](auto& s) { s.hostname = set(std::string("a\nb"), "docker.hostname"); }));
  CHECK(bad([&](auto& s) { s.labels.push_back(set(KeyValue{"a", "b\x1b"}, "docker.labels.a")); }));
  CHECK(bad([&](auto& s) { s.env.push_back(set(EnvironmentEntry{"A", "b\nc", false}, "docker.environment[0]")); }));
  CHECK(bad([&](auto& s) { s.env.push_back(set(EnvironmentEntry{"A", "\xff", true}, "docker.environment[0]")); }));
  CHECK(bad([&](auto& s) { s.annotations.push_back(set(KeyValue{nul, "x"}, "docker.extra_args[0]")); }));
  CHECK(bad([&](auto& s) { s.log_options.push_back(set(KeyValue{"max-size", "1m\n"}, "docker.extra_args[0]")); }));
  CHECK(bad([&](auto& s) { s.name = set(nul, "docker.extra_args[0]"); }));
  CHECK(bad([&](auto& s) { s.pid_mode = set(NamespaceSetting{NamespaceMode::container, nul}, "docker.pid"); }));
  CHECK(bad([&](auto& s) {
    s.mounts.push_back(bind_mount("/srv/x"));
    s.mounts.back().value.driver_options.push_back({"o", nul});
  }));
  CHECK_FALSE(bad([&](auto& s) { s.command.push_back(set(std::string("a\nb\tc"), "docker.command[0]")); }));
  CHECK_FALSE(
      bad([&](auto& s) { s.env.push_back(set(EnvironmentEntry{"A", "b\nc", true}, "docker.environment[0]")); }));
}

TEST_CASE("an image that is built here need not be pinned, and one by its id has no registry") {
  CHECK(has(judged([](auto& s) {
              s.image.value.digest.clear();
              s.image.value.tag.clear();
            }),
            "image-latest", Severity::warning));
  CHECK(has(judged([](auto& s) {
              s.image.value.digest.clear();
              s.image.value.tag = "latest";
            }),
            "image-latest"));
  CHECK_FALSE(has(judged([](auto& s) { s.image.value.tag = "latest"; }), "image-latest"));
  CHECK_FALSE(has(judged([](auto& s) {
                    s.image.value.digest.clear();
                    s.build =
                        set(BuildRecipe{.packages = PackageRecipe{"bookworm", {"jq"}}, .context = {}}, "docker.build");
                  }),
                  "image-not-pinned"));
  const Findings by_id = judged([](auto& s) {
    s.image.value = ImageReference{};
    s.image.value.id = std::string(64, 'f');
  });
  CHECK(rules_of(by_id) == std::vector<std::string>{"image-id"});
}

TEST_CASE("a tmpfs that runs programs, or has no size, is reported") {
  const auto with = [](std::string options, std::optional<std::int64_t> size) {
    Mount mount;
    mount.type = MountType::tmpfs;
    mount.target = "/tmp";
    mount.tmpfs_options = std::move(options);
    mount.tmpfs_size = size;
    return rules_of(judge_mount(set(std::move(mount), "docker.tmpfs[0]")));
  };
  using Rules = std::vector<std::string>;
  CHECK(with("noexec,nosuid", 1024) == Rules{});
  CHECK(with("exec,nosuid", 1024) == Rules{"tmpfs-options"});
  CHECK(with("nodev,suid", 1024) == Rules{"tmpfs-options"});
  CHECK(with("", std::nullopt) == Rules{"tmpfs-unsized"});
}
