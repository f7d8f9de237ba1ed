#include "own_engine.hpp"

#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace integration {

namespace fs = std::filesystem;

namespace {

constexpr const char* data_size = "size=96m";
constexpr std::chrono::hours as_long_as_the_tests{1};

/// A root file system of busybox, as scripts/test-engines makes it.
constexpr const char* import_image = R"sh(
root=$1/busybox && mkdir -p "$root"/{bin,etc,tmp,dev,proc,sys} && cp "$(command -v busybox)" "$root/bin/busybox" &&
for applet in $("$root/bin/busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done &&
printf 'root:x:0:0:root:/:/bin/sh\n' >"$root/etc/passwd" && chmod 1777 "$root/tmp" &&
tar -C "$root" -c . | docker import - "$2")sh";

}  // namespace

std::optional<std::string> OwnEngine::obstacle() {
  if (::geteuid() != 0) return "a dockerd of its own needs root";
  for (const char* program : {"dockerd", "containerd", "docker", "busybox"}) {
    if (run(shell("command -v " + std::string(program))).status != 0) return std::string(program) + " is not installed";
  }
  const fs::path place = new_folder();
  const bool mounts = ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=1m") == 0;
  if (mounts) ::umount(place.c_str());
  fs::remove(place);
  return mounts ? std::nullopt : std::optional<std::string>("no tmpfs can be mounted here");
}

OwnEngine& OwnEngine::instance() {
  static OwnEngine engine;
  return engine;
}

OwnEngine::OwnEngine() {
  std::string name = "/var/tmp/skillrun-faults.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("can not make " + name);
  folder_ = name;
  fs::create_directories(data_root());
  if (::mount("tmpfs", data_root().c_str(), "tmpfs", 0, data_size) != 0) throw std::runtime_error("can not mount");
  ::setenv("SKILLRUN_TEST_DOCKER_SOCKET", socket().c_str(), 1);
  ::setenv("DOCKER_HOST", ("unix://" + socket()).c_str(), 1);
  ::setenv("SKILLRUN_TEST_IMAGE", "skillrun-faults/busybox:1", 1);
  write_file(folder_ / "containerd.toml", "version = 2\nroot = \"" + (folder_ / "containerd").string() +
                                              "\"\nstate = \"" + (folder_ / "containerd-state").string() +
                                              "\"\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\n" +
                                              "address = \"" + (folder_ / "containerd.sock").string() +
                                              "\"\n[ttrpc]\naddress = \"" +
                                              (folder_ / "containerd.sock.ttrpc").string() + "\"\n");
  write_file(folder_ / "daemon.json", "{}");
  containerd_ = std::make_unique<Process>(
      Command{.argv = {"containerd", "--config", folder_ / "containerd.toml", "--log-level", "warn"},
              .limit = as_long_as_the_tests});
  start();
  const Outcome imported = run(shell(import_image, {folder_, variable("SKILLRUN_TEST_IMAGE")}));
  if (imported.status != 0) throw std::runtime_error("the image was not imported: " + imported.err);
}

OwnEngine::~OwnEngine() {
  for (auto* daemon : {&dockerd_, &containerd_}) {
    if (!*daemon) continue;
    (*daemon)->signal(SIGTERM);
    (void)(*daemon)->finish();
  }
  // What a killed engine left mounted, the deepest first.
  (void)run(shell("grep -o \" $1/[^ ]*\" /proc/self/mounts | sort -r | xargs -r -n 1 umount -l", {folder_}));
  (void)run(shell("rm -rf --one-file-system \"$1\"", {folder_}));
}

void OwnEngine::kill() {
  dockerd_->signal(SIGKILL);
  (void)dockerd_->finish();
  dockerd_.reset();
}

void OwnEngine::stop() {
  dockerd_->signal(SIGTERM);
  (void)dockerd_->finish();
  dockerd_.reset();
}

void OwnEngine::start() {
  if (dockerd_) return;
  fs::remove(folder_ / "docker.pid");
  const std::string place = folder_;
  dockerd_ = std::make_unique<Process>(
      Command{.argv = {"dockerd", "--config-file", place + "/daemon.json", "-H", "unix://" + socket(), "--containerd",
                       place + "/containerd.sock", "--data-root", data_root(), "--exec-root", place + "/exec",
                       "--pidfile", place + "/docker.pid", "--bridge", "none", "--iptables=false", "--ip6tables=false",
                       "--log-level", "warn"},
              .limit = as_long_as_the_tests});
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(40);
  while (run({.argv = {"docker", "version"}}).status != 0) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("dockerd does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace integration
