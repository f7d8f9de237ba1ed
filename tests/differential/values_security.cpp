// Capabilities, security options, devices, namespaces, limits.
#include <fmt/format.h>

#include "grammar.hpp"

namespace differential {

std::string capability_value(Random& random) {
  if (random.chance(45)) return random.pick({"CHOWN", "NET_BIND_SERVICE", "KILL", "SETUID", "MKNOD", "AUDIT_WRITE"});
  return random.pick({"ALL",
                      "all",
                      "All",
                      "CAP_ALL",
                      "SYS_ADMIN",
                      "sys_admin",
                      "CAP_SYS_ADMIN",
                      "cap_net_admin",
                      "Cap_Chown",
                      "NET_RAW",
                      "SYS_PTRACE",
                      "BPF",
                      "",
                      "CHOWN,KILL",
                      "CHOWN KILL",
                      "bogus",
                      "CAP_",
                      "CAP_CAP_CHOWN",
                      "cap_bogus",
                      "NONE",
                      "RESET",
                      " CHOWN",
                      "CHOWN ",
                      "DAC_READ_SEARCH",
                      "CHECKPOINT_RESTORE",
                      "-CHOWN",
                      "CAP_NET_BIND_SERVICE",
                      "net_bind_service",
                      "LEASE",
                      "IPC_LOCK"});
}

std::string security_value(Random& random) {
  if (random.chance(35)) return random.pick({"no-new-privileges", "no-new-privileges=true", "no-new-privileges:true"});
  return random.pick({"no-new-privileges=false",
                      "no-new-privileges:false",
                      "no-new-privileges=bogus",
                      "no-new-privileges=",
                      "no-new-privileges:0",
                      "no-new-privileges=T",
                      "No-New-Privileges",
                      "seccomp=unconfined",
                      "seccomp:unconfined",
                      "seccomp=builtin",
                      "seccomp:builtin",
                      "seccomp=profile.json",
                      "seccomp=./profile.json",
                      "seccomp=missing.json",
                      "seccomp=",
                      "seccomp=UNCONFINED",
                      "seccomp=unconfined ",
                      "seccomp",
                      "apparmor=unconfined",
                      "apparmor:unconfined",
                      "apparmor=docker-default",
                      "apparmor=",
                      "apparmor=other",
                      "label=disable",
                      "label:disable",
                      "label=type:container_t",
                      "label=type:spc_t",
                      "label=level:s0:c1,c2",
                      "label=user:root",
                      "label=role:x",
                      "label:type:container_t",
                      "label=",
                      "label",
                      "systempaths=unconfined",
                      "systempaths:unconfined",
                      "systempaths=confined",
                      "writable-cgroups=true",
                      "writable-cgroups=false",
                      "writable-cgroups",
                      "credentialspec=file://x",
                      "bogus",
                      "bogus=x",
                      "",
                      "=",
                      ":",
                      "mask=/proc",
                      "unmask=ALL",
                      "unmask=/proc",
                      "proc-opts=x",
                      "seccomp=a=b",
                      "apparmor=unconfined\n",
                      " seccomp=unconfined",
                      "SECCOMP=unconfined",
                      "seccomp:=unconfined",
                      "apparmor:docker-default",
                      "no-new-privileges=true:false",
                      "no-new-privileges:true=false"});
}

std::string sysctl_value(Random& random) {
  if (random.chance(40)) {
    return random.pick({"net.ipv4.ip_unprivileged_port_start=0", "kernel.shm_rmid_forced=1",
                        "net.ipv4.ping_group_range=0 0", "net.ipv4.tcp_syncookies=1",
                        "net.ipv4.ip_local_port_range=1024 65535"});
  }
  return random.pick({"kernel.core_pattern=|/x", "net.ipv4.ip_forward=1", "kernel.shmmax=1+kernel.core_pattern=x",
                      "net.ipv4.tcp_syncookies=1+x=2", "kernel.msgmax=1", "net/ipv4/ip_forward=1",
                      "fs.mqueue.msg_max=5", "vm.swappiness=1", "net.core.somaxconn", "=1", "",
                      "kernel.shmmax=", "net.ipv4.tcp_syncookies=a=b", "NET.IPV4.TCP_SYNCOOKIES=1",
                      "kernel.domainname=x", "net.ipv4.tcp_syncookies =1", "kernel.sem=1 2 3 4"});
}

std::string device_value(Random& random) {
  if (random.chance(50))
    return random.pick({"/dev/null", "/dev/zero:/dev/z", "/dev/snd:/dev/snd:r", "/dev/fuse", "/dev/sda:/dev/x:rwm"});
  return random.pick({"/dev/null:rwm",
                      "/dev/null:r",
                      "/dev/null:/x:bogus",
                      "/dev/null:/x:rw",
                      "/dev/null::r",
                      ":",
                      "",
                      "/dev",
                      "null",
                      "./null",
                      "vendor.com/class=name",
                      "nvidia.com/gpu=all",
                      "vendor.com/class",
                      "/dev/a:b:c:d",
                      "/dev/null:/x:",
                      "/dev/null:",
                      "/dev/../etc",
                      "/dev/null:x",
                      "/dev/null:m:rw",
                      "//dev//null",
                      "/dev/null:/dev/n:rr",
                      "c 1:3 rwm",
                      "/dev/mem",
                      "/dev/kvm",
                      "~/dev",
                      "/dev/null:w:r"});
}

std::string device_rule_value(Random& random) {
  return random.pick({"c 1:3 rwm", "b 8:* rwm", "a *:* rwm", "c 1:3", "", "x 1:1 r", "c *:* m", "a", "C 1:3 rwm",
                      "c 1:3 rwmx", "c 1:3  r", "c 42:* rw"});
}

std::string device_rate_value(Random& random) {
  return fmt::format("{}:{}", random.pick({"/dev/sda", "/dev/null", "sda", "", "/srv/x"}),
                     random.chance(70) ? random.pick({"1mb", "1024", "1m", "0"}) : size_text(random));
}

std::string device_count_value(Random& random) {
  return fmt::format("{}:{}", random.pick({"/dev/sda", "/dev/null", "sda"}), integer_text(random));
}

std::string device_weight_value(Random& random) {
  return fmt::format("{}:{}", random.pick({"/dev/sda", "/dev/null", "sda"}), integer_text(random));
}

std::string gpus_value(Random& random) {
  if (random.chance(50)) return random.pick({"all", "1", "0", "2"});
  return random.pick({"device=0",
                      "\"device=0,1\"",
                      "device=GPU-1",
                      "driver=nvidia",
                      "capabilities=utility",
                      "\"capabilities=compute,utility\"",
                      "all,capabilities=utility",
                      "count=2",
                      "count=all",
                      "driver=nvidia,count=1",
                      "ALL",
                      "-1",
                      "01",
                      "+1",
                      "",
                      "1,2",
                      "count=1,device=0",
                      "options=a=b",
                      "bogus=1",
                      "all,all",
                      "count=1,count=2",
                      "driver=a,driver=b",
                      "device=0,device=1",
                      " 1",
                      "1\n",
                      "DEVICE=0",
                      "9223372036854775807",
                      "-5",
                      "count=0",
                      "\"device=0\"",
                      "\"options=a=b,c=d\""});
}

std::string namespace_value(Random& random) {
  if (random.chance(45)) return random.pick({"host", "private", "container:web", ""});
  return random.pick({"HOST", "Host", "shareable", "none", "container:", "container:a:b", "ns:/proc/1/ns/pid",
                      "keep-id", "auto", "nomap", " host", "host ", "pod:x", "bogus", "container", "host:x", "/",
                      "container:web,x"});
}

std::string cgroupns_value(Random& random) {
  return random.pick({"host", "private", "", "HOST", "bogus", "container:x"});
}

std::string ulimit_value(Random& random) {
  if (random.chance(50)) {
    const std::int64_t soft = random.between(1, 5000);
    return fmt::format("{}={}:{}", random.pick({"nofile", "nproc", "core", "cpu"}), soft,
                       soft + random.between(-2, 500));
  }
  return random.pick({"nofile=1024",
                      "nofile=-1",
                      "nofile=-1:-1",
                      "nofile=unlimited",
                      "nofile=0",
                      "nofile=5:-1",
                      "nofile=-1:5",
                      "nofile",
                      "nofile=",
                      "=5",
                      "",
                      "bogus=5",
                      "NOFILE=5",
                      "nofile=5:",
                      "nofile=:5",
                      "nofile=5:6:7",
                      "nofile=1e3",
                      "nofile=0x10",
                      "nofile=+5",
                      "nofile=-2",
                      "RLIMIT_NOFILE=5",
                      "nofile= 5",
                      "memlock=-1:-1",
                      "rttime=5",
                      "as=5",
                      "nofile=9223372036854775808",
                      "host",
                      "nofile=05"});
}

}  // namespace differential
