// The Pod Security Standards (Kubernetes 1.37) in docker's terms, control by control: what a level forbids to a pod no
// skill gets through the policy of that name. Where skillrun is stricter, or opens what the standard does not, it is
// said.
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <skillrun/normalize.hpp>

#include "policy_texts.hpp"
#include "support/text.hpp"

namespace skillrun::test::pods {

namespace {

struct Pod {
  std::string control;
  std::string settings;  ///< lines of a docker table
  bool allowed = false;
};

/// Written down here once more, from linux/capability.h: what is tested is not to say what there is.
constexpr const char* all_capabilities[] = {"CHOWN",
                                            "DAC_OVERRIDE",
                                            "DAC_READ_SEARCH",
                                            "FOWNER",
                                            "FSETID",
                                            "KILL",
                                            "SETGID",
                                            "SETUID",
                                            "SETPCAP",
                                            "LINUX_IMMUTABLE",
                                            "NET_BIND_SERVICE",
                                            "NET_BROADCAST",
                                            "NET_ADMIN",
                                            "NET_RAW",
                                            "IPC_LOCK",
                                            "IPC_OWNER",
                                            "SYS_MODULE",
                                            "SYS_RAWIO",
                                            "SYS_CHROOT",
                                            "SYS_PTRACE",
                                            "SYS_PACCT",
                                            "SYS_ADMIN",
                                            "SYS_BOOT",
                                            "SYS_NICE",
                                            "SYS_RESOURCE",
                                            "SYS_TIME",
                                            "SYS_TTY_CONFIG",
                                            "MKNOD",
                                            "LEASE",
                                            "AUDIT_WRITE",
                                            "AUDIT_CONTROL",
                                            "SETFCAP",
                                            "MAC_OVERRIDE",
                                            "MAC_ADMIN",
                                            "SYSLOG",
                                            "WAKE_ALARM",
                                            "BLOCK_SUSPEND",
                                            "AUDIT_READ",
                                            "PERFMON",
                                            "BPF",
                                            "CHECKPOINT_RESTORE"};

/// What a pod has to say under the level restricted, and a skill under the policy.
constexpr std::string_view restricted_container =
    "cap_drop = [\"ALL\"]\nsecurity_opt = [\"no-new-privileges\"]\nuser = \"1000:1000\"\nread_only = true\n"
    "memory = \"64m\"\ncpus = \"1\"\npids_limit = 64\n";

bool passes(const Pod& pod, const Policy& policy, bool restricted) {
  std::string docker = "image = \"r.example/t@sha256:" + std::string(64, 'a') + "\"\n";
  // Each key once: the pod's own settings first.
  for (const std::string_view line : split(restricted ? restricted_container : std::string_view(), '\n')) {
    const std::string_view key = line.substr(0, line.find(' '));
    if (!key.empty() && !("\n" + pod.settings).contains("\n" + std::string(key) + " "))
      docker += std::string(line) + "\n";
  }
  const auto source = document("pod.toml", "[skills.tool.docker]\n" + docker + pod.settings, "/srv/skills");
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  if (!manifest) return false;
  const MapVariables variables({});
  const CallerContext caller{.workdir = "/srv/w", .cwd = "/srv/w", .home = "/home/alice", .uid = 1000, .gid = 1000};
  const auto resolved = resolve_skill(*manifest, manifest->skills.front(), {}, caller, variables);
  if (!resolved) return false;
  return admit(policy, normalize(*resolved, {}, caller, variables), LexicalHost()).has_value();
}

void add(std::vector<Pod>& pods, const std::string& control, bool allowed, const std::vector<std::string>& settings) {
  for (const std::string& lines : settings) pods.push_back({control, lines + "\n", allowed});
}

std::string in_list(const std::string& key, const std::string& value) { return key + " = [\"" + value + "\"]"; }

std::vector<Pod> baseline_pods() {
  std::vector<Pod> pods;
  add(pods, "a pod that asks for nothing", true, {""});
  add(pods, "host namespaces", false,
      {"network = \"host\"", "pid = \"host\"", "ipc = \"host\"", in_list("extra_args", "--network=host"),
       in_list("extra_args", "--pid=host"), in_list("extra_args", "--ipc=host"), in_list("extra_args", "--uts=host"),
       in_list("extra_args", "--userns=host"), in_list("extra_args", "--cgroupns=host")});
  add(pods, "privileged containers", false, {"privileged = true", in_list("extra_args", "--privileged")});
  constexpr std::array<std::string_view, 13> standard{
      "AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE", "FOWNER", "FSETID",     "KILL", "NET_BIND_SERVICE",
      "SETFCAP",     "SETGID", "SETPCAP",      "SETUID", "SYS_CHROOT", "MKNOD"};
  for (const std::string_view capability : all_capabilities) {
    // MKNOD, which the standard lets pass, is not for skills: device nodes stay behind in folders of the host.
    const bool allowed = capability != "MKNOD" && std::ranges::find(standard, capability) != standard.end();
    add(pods, "capabilities", allowed,
        {in_list("cap_add", std::string(capability)), in_list("cap_add", "CAP_" + std::string(capability)),
         in_list("extra_args", "--cap-add=" + std::string(capability))});
  }
  add(pods, "capabilities", false, {in_list("cap_add", "ALL"), in_list("cap_add", "all")});
  add(pods, "hostPath volumes", false,
      {in_list("volumes", "/:/x"), in_list("volumes", "/etc:/x:ro"), in_list("volumes", "/var/run/docker.sock:/x"),
       in_list("volumes", "/proc:/x"), in_list("volumes", "/dev:/x"), in_list("volumes", "/home/bob:/x"),
       in_list("volumes", "/root:/x"), in_list("volumes", "/var/lib/kubelet:/x")});
  add(pods, "AppArmor", false,
      {in_list("security_opt", "apparmor=unconfined"), in_list("security_opt", "apparmor:unconfined")});
  add(pods, "SELinux", false,
      {in_list("security_opt", "label=type:spc_t"), in_list("security_opt", "label=user:system_u"),
       in_list("security_opt", "label=role:sysadm_r"), in_list("security_opt", "label=disable"),
       in_list("security_opt", "label=type:container_t2")});
  add(pods, "SELinux", true,
      {in_list("security_opt", "label=type:container_t"), in_list("security_opt", "label=type:container_init_t"),
       in_list("security_opt", "label=type:container_kvm_t")});
  add(pods, "/proc mount type", false, {in_list("security_opt", "systempaths=unconfined")});
  add(pods, "seccomp", false, {in_list("security_opt", "seccomp=unconfined")});
  for (const char* safe :
       {"kernel.shm_rmid_forced=1", "net.ipv4.ip_local_port_range=1024 65535", "net.ipv4.ip_unprivileged_port_start=0",
        "net.ipv4.tcp_syncookies=1", "net.ipv4.ping_group_range=0 1", "net.ipv4.ip_local_reserved_ports=8080",
        "net.ipv4.tcp_keepalive_time=60", "net.ipv4.tcp_fin_timeout=30", "net.ipv4.tcp_keepalive_intvl=10",
        "net.ipv4.tcp_keepalive_probes=3", "net.ipv4.tcp_rmem=4096 1 2", "net.ipv4.tcp_wmem=4096 1 2",
        "net.ipv4.tcp_slow_start_after_idle=0", "net.ipv4.tcp_notsent_lowat=1"}) {
    add(pods, "sysctls", true, {in_list("extra_args", "--sysctl=" + std::string(safe))});
  }
  for (const char* unsafe : {"kernel.msgmax=1", "kernel.core_pattern=x", "net.ipv4.ip_forward=1", "fs.mqueue.msg_max=1",
                             "net.core.somaxconn=1", "kernel.shm_rmid_forced=1+kernel.core_pattern=x"}) {
    add(pods, "sysctls", false, {in_list("extra_args", "--sysctl=" + std::string(unsafe))});
  }
  return pods;
}

std::vector<Pod> restricted_pods() {
  std::vector<Pod> pods;
  add(pods, "a pod that asks for nothing but what it must", true, {""});
  add(pods, "volume types", false, {in_list("volumes", "/srv/data:/x"), in_list("volumes", "/srv/data:/x:ro")});
  add(pods, "volume types", true, {in_list("tmpfs", "/x:size=1m")});
  // What a pod has to write the policy fills in.
  add(pods, "what is left out", true, {"security_opt = []", "cap_drop = []"});
  add(pods, "privilege escalation", false, {in_list("security_opt", "no-new-privileges=false")});
  add(pods, "running as non-root", false,
      {"user = \"0\"", "user = \"root\"", "user = \"0:0\"", "user = \"00\"", "user = \"1000:0\""});
  add(pods, "seccomp", false, {"security_opt = [\"no-new-privileges\", \"seccomp=unconfined\"]"});
  add(pods, "capabilities", false, {in_list("cap_add", "ALL"), "privileged = true"});
  for (const std::string_view capability : all_capabilities) {
    add(pods, "capabilities", capability == "NET_BIND_SERVICE", {in_list("cap_add", std::string(capability))});
  }
  return pods;
}

/// How many pods of each verdict were judged.
struct Counts {
  std::size_t allowed = 0;
  std::size_t refused = 0;
};

Counts judge_all(const std::vector<Pod>& pods, const Policy& policy, bool restricted) {
  Counts counts;
  for (const Pod& pod : pods) {
    CAPTURE(pod.control);
    CAPTURE(pod.settings);
    const bool passed = passes(pod, policy, restricted);
    CHECK(passed == pod.allowed);
    ++(passed ? counts.allowed : counts.refused);
  }
  return counts;
}

}  // namespace

TEST_CASE("what the level baseline forbids to pods no skill gets under the policy baseline") {
  const Counts counts = judge_all(baseline_pods(), baseline(), false);
  CHECK(counts.allowed > 40);
  CHECK(counts.refused > 100);
}

TEST_CASE("what the level restricted forbids to pods no skill gets under the policy restricted") {
  const Counts counts = judge_all(restricted_pods(), restricted(), true);
  CHECK(counts.allowed >= 3);
  CHECK(counts.refused > 50);
  // The level contains the other one.
  for (const Pod& pod : baseline_pods()) {
    if (pod.allowed) continue;
    CAPTURE(pod.settings);
    CHECK_FALSE(passes(pod, restricted(), true));
  }
}

}  // namespace skillrun::test::pods
