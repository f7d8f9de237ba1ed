#include "own_engine.hpp"

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
constexpr const char* make_image = R"sh(
root=$1/busybox && mkdir -p "$root"/{bin,etc,tmp,dev,proc,sys} && cp "$(command -v busybox)" "$root/bin/busybox" &&
for applet in $("$root/bin/busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done &&
printf 'root:x:0:0:root:/:/bin/sh\n' >"$root/etc/passwd" && chmod 1777 "$root/tmp" &&
tar -C "$root" -c . | "$2" import - "$3")sh";

constexpr const char* find_init = "command -v catatonit || command -v tini-static";

constexpr const char* image = "docker.io/skillrun-faults/busybox:1";

}  // namespace

std::optional<std::string> OwnEngine::obstacle(bool podman) {
  if (::geteuid() != 0) return "an engine of its own needs root";
  const std::vector<std::string> programs =
      podman ? std::vector<std::string>{"podman", "runc", "busybox"}
             : std::vector<std::string>{"dockerd", "containerd", "docker", "busybox"};
  for (const std::string& program : programs) {
    if (run(shell("command -v " + program)).status != 0) return program + " is not installed";
  }
  if (podman && run(shell(find_init)).status != 0) return "podman --init needs catatonit or tini-static";
  const fs::path place = new_folder();
  const bool mounts = ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=1m") == 0;
  if (mounts) ::umount(place.c_str());
  fs::remove(place);
  return mounts ? std::nullopt : std::optional<std::string>("no tmpfs can be mounted here");
}

OwnEngine& OwnEngine::instance(bool podman) {
  static const std::unique_ptr<OwnEngine> engine = [podman] {
    if (podman) return std::unique_ptr<OwnEngine>(std::make_unique<OwnPodman>());
    return std::unique_ptr<OwnEngine>(std::make_unique<OwnDocker>());
  }();
  return *engine;
}

OwnEngine::OwnEngine() {
  std::string name = "/var/tmp/skillrun-faults.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  folder_ = name;
  ::setenv("SKILLRUN_TEST_IMAGE", image, 1);
}

void OwnEngine::import_image(const std::string& client) const {
  const Outcome imported = run(shell(make_image, {folder_, client, image}));
  if (imported.status != 0) throw std::runtime_error("the image was not imported: " + imported.err);
}

void OwnEngine::clean_up() const {
  (void)run(shell("grep -o \" $1/[^ ]*\" /proc/self/mounts | sort -r | xargs -r -n 1 umount -l", {folder_}));
  (void)run(shell("rm -rf --one-file-system \"$1\"", {folder_}));
}

void OwnEngine::end(int signal) {
  if (!process_) return;
  process_->signal(signal);
  (void)process_->finish();
  process_.reset();
}

void OwnEngine::start() {
  if (process_) return;
  fs::remove(socket());
  process_ = std::make_unique<Process>(daemon());
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(40);
  while (run({.argv = {"curl", "-fsS", "--unix-socket", socket(), "http://localhost/_ping"}}).status != 0) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the engine does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

OwnDocker::OwnDocker() {
  const std::string place = folder();
  fs::create_directories(data_root());
  if (::mount("tmpfs", data_root().c_str(), "tmpfs", 0, data_size) != 0) throw std::runtime_error("cannot mount");
  ::setenv("SKILLRUN_TEST_DOCKER_SOCKET", socket().c_str(), 1);
  ::setenv("DOCKER_HOST", ("unix://" + socket()).c_str(), 1);
  write_file(folder() / "containerd.toml",
             "version = 2\nroot = \"" + place + "/containerd\"\nstate = \"" + place +
                 "/containerd-state\"\ndisabled_plugins = " + "[\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = \"" +
                 place + "/containerd.sock\"\n[ttrpc]\naddress = \"" + place + "/containerd.sock.ttrpc\"\n");
  write_file(folder() / "daemon.json", "{}");
  containerd_ = std::make_unique<Process>(
      Command{.argv = {"containerd", "--config", place + "/containerd.toml", "--log-level", "warn"},
              .limit = as_long_as_the_tests});
  start();
  import_image("docker");
}

OwnDocker::~OwnDocker() {
  stop();
  containerd_->signal(SIGTERM);
  (void)containerd_->finish();
  clean_up();
}

Command OwnDocker::daemon() const {
  const std::string place = folder();
  fs::remove(folder() / "docker.pid");
  return {.argv = {"dockerd", "--config-file", place + "/daemon.json", "-H", "unix://" + socket(), "--containerd",
                   place + "/containerd.sock", "--data-root", data_root(), "--exec-root", place + "/exec", "--pidfile",
                   place + "/docker.pid", "--bridge", "none", "--iptables=false", "--ip6tables=false", "--log-level",
                   "warn"},
          .limit = as_long_as_the_tests};
}

OwnPodman::OwnPodman() {
  const std::string place = folder();
  for (const char* name : {"storage", "run", "tmp"}) fs::create_directories(folder() / name);
  std::string init = run(shell(find_init)).out;
  init = "init_path = \"" + init.substr(0, init.find('\n')) + "\"\n";
  write_file(folder() / "containers.conf",
             "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n" + init + "[engine]\n" +
                 init +
                 "runtime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"
                 "lock_type = \"file\"\ntmp_dir = \"" +
                 place + "/tmp\"\n");
  write_file(folder() / "storage.conf",
             "[storage]\ndriver = \"vfs\"\ngraphroot = \"" + place + "/storage\"\nrunroot = \"" + place + "/run\"\n");
  ::setenv("CONTAINERS_CONF", (place + "/containers.conf").c_str(), 1);
  ::setenv("CONTAINERS_STORAGE_CONF", (place + "/storage.conf").c_str(), 1);
  ::setenv("SKILLRUN_TEST_PODMAN_SOCKET", socket().c_str(), 1);
  start();
  import_image("podman");
}

OwnPodman::~OwnPodman() {
  stop();
  clean_up();
}

Command OwnPodman::daemon() const {
  return {.argv = {"podman", "--log-level", "warn", "system", "service", "--time", "0", "unix://" + socket()},
          .limit = as_long_as_the_tests};
}

}  // namespace integration
