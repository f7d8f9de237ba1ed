#include "engine/native/machine.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string_view>
#include <utility>

#include "engine/native/cgroups.hpp"
#include "engine/native/process_view.hpp"
#include "support/read_file.hpp"
#include "support/text.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t most_profile_bytes = std::size_t{1} << 20;
constexpr const char* seccomp_profile = "/usr/share/containers/seccomp.json";

/// By the names that docker has for them.
constexpr std::pair<std::string_view, decltype(RLIMIT_CORE)> limit_names[] = {
    {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},         {"fsize", RLIMIT_FSIZE},
    {"locks", RLIMIT_LOCKS},       {"memlock", RLIMIT_MEMLOCK},
    {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},     {"nproc", RLIMIT_NPROC},
    {"rss", RLIMIT_RSS},           {"rtprio", RLIMIT_RTPRIO},
    {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK}};

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// True for an ELF program without an interpreter.
bool is_static_program(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Elf64_Ehdr header{};
  if (!file || ::access(path.c_str(), X_OK) != 0 || ::pread(file.get(), &header, sizeof header, 0) != sizeof header ||
      std::string_view(reinterpret_cast<const char*>(header.e_ident), SELFMAG) != ELFMAG) {
    return false;
  }
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part{};
    const auto at = static_cast<off_t>(header.e_phoff + static_cast<std::uint64_t>(i) * header.e_phentsize);
    if (::pread(file.get(), &part, sizeof part, at) != sizeof part || part.p_type == PT_INTERP) return false;
  }
  return true;
}

/// The folders of control groups that this process may make are those it may write in.
void survey_cgroups(NativeAbilities& can) {
  const Cgroups top("");
  const auto usable = [&](const char* controller) {
    const std::string folder = top.folder_of(controller);
    return !folder.empty() && ::access(folder.c_str(), W_OK) == 0;
  };
  can.memory = usable("memory");
  can.cpu = usable("cpu");
  can.cpuset = usable("cpuset");
  can.pids = usable("pids");
  can.block_io = usable(top.unified() ? "io" : "blkio");
  can.cgroups = can.memory || can.pids || can.cpu ? (top.unified() ? 2 : 1) : 0;
  const auto has = [&](const char* controller, const char* file) {
    return usable(controller) && exists(top.folder_of(controller) + file);
  };
  if (top.unified()) {
    can.swap = can.memory && exists("/proc/swaps");
    can.device_rules = ::geteuid() == 0;
    can.block_io_weight = false;
    return;
  }
  can.swap = has("memory", "/memory.memsw.limit_in_bytes");
  can.swappiness = has("memory", "/memory.swappiness");
  can.oom_kill_disable = has("memory", "/memory.oom_control");
  can.cpu_realtime = has("cpu", "/cpu.rt_runtime_us");
  can.block_io_weight = has("blkio", "/blkio.weight") || has("blkio", "/blkio.bfq.weight");
  can.device_rules = usable("devices");
}

}  // namespace

std::string machine_name() {
  utsname names{};
  return ::uname(&names) == 0 ? names.nodename : "localhost";
}

std::string machine_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
#error "the native engine does not know this architecture"
#endif
}

std::string default_seccomp_profile() { return read_file(seccomp_profile, most_profile_bytes).value_or(""); }

std::string find_init_program() {
  // tini needs the fewest system calls, which a profile may have to list.
  for (const char* path : {"/usr/bin/tini-static", "/usr/bin/docker-init", "/usr/libexec/docker/docker-init",
                           "/usr/bin/catatonit", "/usr/libexec/podman/catatonit"}) {
    if (is_static_program(path)) return path;
  }
  return {};
}

NativeAbilities survey_machine(const RuntimeProgram& runtime) {
  NativeAbilities can;
  can.runtime = runtime.name;
  can.rootless = ::geteuid() != 0;
  survey_cgroups(can);
  can.seccomp = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
  can.seccomp_profile = exists(seccomp_profile);
  // This engine loads no profile and applies none: one that is asked for is a gap.
  can.apparmor = false;
  can.selinux = exists("/sys/fs/selinux/enforce");
  can.init_program = !find_init_program().empty();
  if (const auto own = ProcessView::of(::getpid())) can.capabilities = names_of_capabilities(own->effective);
  for (const auto& [name, number] : limit_names) {
    rlimit limit{};
    if (::getrlimit(number, &limit) != 0) continue;
    can.hard_limits[std::string(name)] =
        limit.rlim_max == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(limit.rlim_max);
  }
  // crun (1.8.1) cannot do it for a file. The kernel answers that the descriptor is none; an older one, that it does
  // not know the call.
  can.recursive_read_only =
      runtime.name != "crun" && ::syscall(SYS_mount_setattr, -1, "", 0, nullptr, 0) != 0 && errno != ENOSYS;
  std::ifstream("/proc/self/oom_score_adj") >> can.oom_score_adj;
  return can;
}

}  // namespace skillrun::inline v0
