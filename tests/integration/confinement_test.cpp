// What was declared is in force inside the container.
#include <unistd.h>
#include <fstream>

#include <doctest/doctest.h>

#include "support/sha256.hpp"
#include "world.hpp"

using namespace integration;

namespace {

/// A limit's value from version 2 or 1 of the control groups.
std::string limit(const std::string& unified, const std::string& legacy) {
  return "cat /sys/fs/cgroup/" + unified + " 2>/dev/null || cat /sys/fs/cgroup/" + legacy;
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "memory, process and CPU limits are in force") {
  manifest(busybox_skill("pids_limit = 77"));
  CHECK(script(limit("memory.max", "memory/memory.limit_in_bytes")).out == "67108864\n");
  CHECK(script(limit("pids.max", "pids/pids.max")).out == "77\n");
  const std::string quota =
      script("cat /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us").out;
  CHECK((quota == "100000\n" || quota == "100000 100000\n"));
}

TEST_CASE_FIXTURE(World, "the policy's defaults are in force where the manifest is silent") {
  CHECK(script(limit("pids.max", "pids/pids.max")).out == "1024\n");
  CHECK(script("grep NoNewPrivs /proc/self/status").out == "NoNewPrivs:\t1\n");
  CHECK(script("cat /proc/net/route | wc -l").out == "1\n");  // the header: no route leads anywhere
  CHECK(contains(script("cat /proc/1/cmdline").out, "init"));
}

TEST_CASE_FIXTURE(World, "restricted takes all capabilities and the writable root away") {
  const std::string image =
      variable("SKILLRUN_TEST_REGISTRY") + "/busybox@" + variable("SKILLRUN_TEST_REGISTRY_DIGEST");
  manifest(busybox_skill("user = \"1234:1234\"\ntimeout = \"1m\"", image));
  const Outcome outcome =
      skillrun({"--policy", "restricted", "t", "--", "sh", "-c",
                "grep CapBnd /proc/self/status; touch /x 2>/dev/null || echo read-only; touch /tmp/x && echo tmp"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "CapBnd:\t0000000000000000\nread-only\ntmp\n");
  (void)engine_client({"rmi", "--force", image});
}

TEST_CASE_FIXTURE(World, "a read-only root is read-only and a tmpfs beside it is not") {
  manifest(busybox_skill("read_only = true\ntmpfs = [\"/tmp:size=1m\"]"));
  CHECK(script("touch /etc/x 2>/dev/null || echo refused").out == "refused\n");
  CHECK(script("echo x > /tmp/x && cat /tmp/x").out == "x\n");
  CHECK(script("head -c 3000000 /dev/zero > /tmp/big 2>/dev/null || echo full").out == "full\n");
}

TEST_CASE_FIXTURE(World, "capabilities, user, groups, host name and ulimits arrive") {
  manifest(
      busybox_skill("user = \"1234:1235\"\ngroup_add = [\"44\"]\nhostname = \"box\"\nulimits = {nofile = \"123:456\", "
                    "nproc = \"1024:1024\"}\n"
                    "cap_drop = [\"ALL\"]\ncap_add = [\"NET_BIND_SERVICE\"]\nshm_size = \"1m\""));
  CHECK(script("id -u; id -g; id -G; hostname; ulimit -n; ulimit -Hn").out == "1234\n1235\n1235 44\nbox\n123\n456\n");
  CHECK(script("grep CapBnd /proc/self/status").out == "CapBnd:\t0000000000000400\n");
  CHECK(contains(script("df -k /dev/shm").out, "1024"));
}

TEST_CASE_FIXTURE(World, "a seccomp profile that the policy lists by its digest is in force, or nothing runs") {
  const std::string profile =
      R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["access", "arch_prctl", "brk", "capget", "capset",
      "chdir", "clone", "clone3", "close", "close_range", "dup", "dup2", "dup3", "epoll_create1", "epoll_ctl",
      "epoll_pwait", "epoll_wait", "execve", "exit", "exit_group", "faccessat", "faccessat2", "fchown", "fcntl", "fork",
      "fstat", "fstatfs", "futex", "getcwd", "getdents64", "getegid", "geteuid", "getgid", "getpgrp", "getpid",
      "getppid", "getrandom", "getrlimit", "getuid", "ioctl", "kill", "lseek", "lstat", "madvise", "mmap", "mprotect",
      "mremap", "munmap", "nanosleep", "newfstatat", "open", "openat", "openat2", "pipe", "pipe2", "poll", "prctl",
      "pread64", "prlimit64", "pselect6", "read", "readlink", "readlinkat", "readv", "rseq", "rt_sigaction",
      "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sched_getaffinity", "sched_yield", "select",
      "set_robust_list", "set_tid_address", "setgid", "setgroups", "setpgid", "setresgid", "setresuid", "setsid",
      "setuid", "sigaltstack", "stat", "statfs", "statx", "sysinfo", "tgkill", "tkill", "umask", "uname", "unlinkat",
      "vfork", "wait4", "waitid", "waitpid", "write", "writev"], "action": "SCMP_ACT_ALLOW"}]})";
  const std::string path = (folder() / "profile.json").string();
  std::ofstream(path) << profile;
  const std::string policy = (folder() / "policy.yaml").string();
  std::ofstream(policy) << "apiVersion: skillrun.policy/v1\nname: own\nextends: [baseline]\nrules:\n"
                        << "  seccomp-custom-profile: {params: {allow: ['" << path
                        << "@sha256:" << skillrun::sha256(profile) << "']}}\n";
  manifest(busybox_skill("security_opt = [\"seccomp=" + path + "\"]"));
  CHECK(script("true").status == 126);
  const auto judged_by_own = [&](const char* text) {
    return skillrun({"--policy", policy, "t", "--", "sh", "-c", text});
  };
  const Outcome outcome = judged_by_own("mkdir /tmp/x 2>/dev/null || echo denied");
  if (engine_path().name == "docker-api" || engine_path().is_native()) {
    INFO(outcome.err);
    CHECK(outcome.out == "denied\n");
  } else {
    CHECK(outcome.status == 126);
    CHECK(contains(outcome.err, "seccomp profile"));
  }
  std::ofstream(path) << profile << " ";
  CHECK(judged_by_own("true").status == 126);
}

TEST_CASE_FIXTURE(World, "extra_args mean the same as the typed keys") {
  manifest(busybox_skill(
      "extra_args = [\"--pids-limit=55\", \"--cap-drop\", \"ALL\", \"--user\", \"1234\", \"--read-only\"]"));
  CHECK(script(limit("pids.max", "pids/pids.max")).out == "55\n");
  CHECK(script("id -u; grep CapBnd /proc/self/status; touch /x 2>/dev/null || echo refused").out ==
        "1234\nCapBnd:\t0000000000000000\nrefused\n");
}

TEST_CASE_FIXTURE(World, "environment variables arrive exactly, by every way") {
  manifest(busybox_skill("environment = [\"A=from docker\", \"B=x=y\"]") +
           "[skills.t.env]\nC = \"from skill\"\nD = \"${OUTSIDE:-nothing}\"\n");
  Command full = command({"t", "-e", "E=a 'b' \"c\" $d `e` \\f", "-e", "OUTSIDE", "--", "sh", "-c",
                          "printf '%s|' \"$A\" \"$B\" \"$C\" \"$D\" \"$E\" \"$OUTSIDE\""});
  full.environment["OUTSIDE"] = "from outside";
  const Outcome outcome = run(full);
  CHECK(outcome.out == "from docker|x=y|from skill|from outside|a 'b' \"c\" $d `e` \\f|from outside|");
  CHECK(outcome.err == "");
}

TEST_CASE_FIXTURE(World, "the command line's variable wins over the manifest's") {
  manifest(busybox_skill("environment = [\"A=manifest\"]"));
  CHECK(script("echo $A", {"-e", "A=caller"}).out == "caller\n");
}

TEST_CASE_FIXTURE(World, "the caller's variables stay outside unless they are named") {
  Command full = command({"t", "--", "env"});
  full.environment["A_SECRET_OF_THE_CALLER"] = "x";
  CHECK_FALSE(contains(run(full).out, "A_SECRET_OF_THE_CALLER"));
}

TEST_CASE_FIXTURE(World, "arguments arrive as they are, options and empty words included") {
  manifest(busybox_skill("entrypoint = \"/bin/printf\"\ncommand = [\"<%s>\"]"));
  CHECK(skillrun({"t", "--", "--help", "", "a b", "$HOME", "--", "-v", "'\"\\"}).out ==
        "<--help><><a b><$HOME><--><-v><'\"\\>");
}

TEST_CASE_FIXTURE(World, "an instance lays its table over the skill's") {
  manifest(busybox_skill("working_dir = \"/tmp\"") +
           "[skills.t.env]\nWHO = \"skill\"\n[skills.t.instances.other]\nenv = {WHO = \"instance\"}\n"
           "docker = {working_dir = \"/etc\"}\n");
  CHECK(skillrun({"t", "--", "sh", "-c", "pwd; echo $WHO"}).out == "/tmp\nskill\n");
  CHECK(skillrun({"t@other", "--", "sh", "-c", "pwd; echo $WHO"}).out == "/etc\ninstance\n");
}

TEST_SUITE_END();
