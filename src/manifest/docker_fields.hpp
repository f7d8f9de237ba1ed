#pragma once

#include <array>

#include "manifest/fields.hpp"

namespace skillrun {

template <>
struct Fields<MountTable> {
  using T = MountTable;
  using F = Field<T>;
  static constexpr std::array table{
      F{"type", &T::type, "bind (the default for a source that is a path), volume or tmpfs", R"("bind")"},
      F{"source", &T::source, "host path of a bind, or name of a volume", R"("./data")"},
      F{"target", &T::target, "absolute path in the container", R"("/data")"},
      F{"read_only", &T::read_only, "the container can not write through it", "true"},
      F{"propagation", &T::propagation, "bind propagation: private, rprivate, slave or rslave", R"("rprivate")"},
      F{"tmpfs_size", &T::tmpfs_size, "largest size of a tmpfs", R"("64m")", Scalars::numbers},
      F{"tmpfs_mode", &T::tmpfs_mode, "permissions of a tmpfs, octal", R"("1777")", Scalars::numbers},
      F{"subpath", &T::subpath, "folder of a volume to mount instead of its root", R"("cache")"},
      F{"nocopy", &T::nocopy, "a new volume is not filled from the image", "true"},
  };
};

template <>
struct Fields<PackageBuild> {
  using T = PackageBuild;
  using F = Field<T>;
  static constexpr std::array table{
      F{"suite", &T::suite, "Debian release that the packages come from", R"("bookworm")"},
      F{"include", &T::include, "packages to install", R"(["ffmpeg"])"},
  };
};

template <>
struct Fields<BuildTable> {
  using T = BuildTable;
  using F = Field<T>;
  static constexpr std::array table{
      F{"context", &T::context, "folder with a Dockerfile; not together with packages", R"("./image")"},
      F{"dockerfile", &T::dockerfile, "name of the Dockerfile in the context", R"("Dockerfile")"},
      F{"target", &T::target, "build stage to stop at", R"("runtime")"},
      F{"args", &T::args, "build arguments", R"({ VERSION = "1" })", Scalars::numbers, Keys::environment},
      F{"packages", &T::packages, "Debian packages to make the image of; not together with context",
        R"({ suite = "bookworm", include = ["ffmpeg"] })"},
  };
};

template <>
struct Fields<DockerRuntimeConfig> {
  using T = DockerRuntimeConfig;
  using F = Field<T>;
  static constexpr std::array table{
      F{"image", &T::image, "image to run", R"("jrottenberg/ffmpeg:5-alpine")"},
      F{"entrypoint", &T::entrypoint, "program to run instead of the image's entrypoint", R"("/usr/bin/ffmpeg")"},
      F{"command", &T::command, "words before the caller's arguments", R"(["-hide_banner"])"},
      F{"volumes", &T::volumes, "mounts as source:target[:mode]", R"(["${SKILL_WORKDIR}:/workdir"])"},
      F{"working_dir", &T::working_dir, "working directory in the container", R"("/workdir")"},
      F{"environment", &T::environment, "variables as NAME=VALUE, or NAME to copy the caller's", R"(["LANG=C.UTF-8"])"},
      F{"memory", &T::memory, "memory limit", R"("512m")", Scalars::numbers},
      F{"cpus", &T::cpus, "CPU limit, in CPUs", R"("2")", Scalars::numbers},
      F{"network", &T::network, "network mode: none (the default), bridge or a network's name", R"("none")"},
      F{"rm", &T::rm, "remove the container after the run (the default)", "true"},
      F{"user", &T::user, "host (the caller's uid and gid), UID[:GID] or NAME[:GROUP]", R"("host")", Scalars::numbers},
      F{"gpus", &T::gpus, "GPUs: all or a count", R"("all")", Scalars::numbers},
      F{"read_only", &T::read_only, "read-only root file system", "true"},
      F{"platform", &T::platform, "os[/arch[/variant]] of the image", R"("linux/amd64")"},
      F{"extra_args", &T::extra_args, "flags of docker run, read into the same typed settings", R"(["--init"])"},
      F{"mounts", &T::mounts, "mounts as tables", R"([{ source = "./data", target = "/data", read_only = true }])"},
      F{"tmpfs", &T::tmpfs, "tmpfs mounts as target[:options]", R"(["/tmp:size=64m"])"},
      F{"ports", &T::ports, "published ports as [ip:][host:]container[/protocol]", R"(["127.0.0.1:8080:80"])",
        Scalars::numbers},
      F{"cap_add", &T::cap_add, "capabilities to add", R"(["NET_BIND_SERVICE"])"},
      F{"cap_drop", &T::cap_drop, "capabilities to drop", R"(["ALL"])"},
      F{"security_opt", &T::security_opt, "security options", R"(["no-new-privileges"])"},
      F{"pids_limit", &T::pids_limit, "most processes at once", "100", Scalars::numbers},
      F{"ulimits", &T::ulimits, "resource limits as soft[:hard]", R"({ nofile = "1024:2048" })", Scalars::numbers},
      F{"shm_size", &T::shm_size, "size of /dev/shm", R"("64m")", Scalars::numbers},
      F{"labels", &T::labels, "labels of the container", R"({ "com.example.owner" = "media" })"},
      F{"init", &T::init, "run an init that forwards signals and reaps processes", "true"},
      F{"hostname", &T::hostname, "host name in the container", R"("worker")"},
      F{"dns", &T::dns, "DNS servers", R"(["192.0.2.53"])"},
      F{"extra_hosts", &T::extra_hosts, "lines of /etc/hosts as host:address", R"(["db:192.0.2.7"])"},
      F{"group_add", &T::group_add, "further groups of the user", R"(["video"])", Scalars::numbers},
      F{"sysctls", &T::sysctls, "kernel parameters of the container", R"({ "net.ipv4.tcp_syncookies" = "1" })",
        Scalars::numbers},
      F{"devices", &T::devices, "host devices as host[:container[:permissions]]", R"(["/dev/dri"])"},
      F{"stop_signal", &T::stop_signal, "signal that asks the program to end", R"("SIGINT")", Scalars::numbers},
      F{"stop_timeout", &T::stop_timeout, "seconds between that signal and the kill; at most 300 count", "10",
        Scalars::numbers},
      F{"memory_swap", &T::memory_swap, "limit of memory and swap together", R"("512m")", Scalars::numbers},
      F{"memory_reservation", &T::memory_reservation, "memory to keep free for it", R"("256m")", Scalars::numbers},
      F{"pull", &T::pull, "when to pull the image: missing (the default), always or never", R"("missing")"},
      F{"timeout", &T::timeout, "longest run, with a unit", R"("10m")"},
      F{"stdin", &T::stdin_open, "pass standard input on (the default)", "true"},
      F{"tty", &T::tty, "terminal: auto (the default), true or false", R"("auto")", Scalars::booleans},
      F{"build", &T::build, "how to make the image when it is missing",
        R"({ packages = { suite = "bookworm", include = ["ffmpeg"] } })"},
  };
};

}  // namespace skillrun
