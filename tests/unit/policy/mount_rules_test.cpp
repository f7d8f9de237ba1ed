#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

bool refused(const std::string& source, std::string_view rule, bool read_only = true) {
  return has(judge_mount(bind_mount(source, "/data", read_only)), rule, Severity::error);
}

bool is_refused_workdir(const std::string& folder, const FakeHost& host = {}) {
  return has_errors(judge_mount(workdir(folder), host));
}

}  // namespace

TEST_CASE("system folders are refused whole, in part and from above") {
  for (const char* path : {"/etc",
                           "/etc/shadow",
                           "/root",
                           "/root/x",
                           "/boot",
                           "/dev",
                           "/dev/sda",
                           "/proc/1/root",
                           "/sys",
                           "/usr",
                           "/usr/bin",
                           "/lib/modules",
                           "/var/lib/docker/volumes",
                           "/var/lib",
                           "/var",
                           "/",
                           "/var/log/syslog",
                           "/var/spool/cron",
                           "/var/spool",
                           "/bin",
                           "/lib64"}) {
    CAPTURE(path);
    CHECK(refused(path, "sensitive-mount"));
  }
}

TEST_CASE("folders that only look like system folders pass") {
  for (const char* path : {"/rootfs", "/etcetera", "/home2/al/data", "/srv/etc", "/data/root", "/devel", "/process",
                           "/varnish", "/srv/docker.sock.md", "/mnt/run"}) {
    CAPTURE(path);
    CHECK_FALSE(has_errors(judge_mount(bind_mount(path))));
  }
}

TEST_CASE("only a folder of /etc that the image is named after may be mounted, and no file") {
  FakeHost host;
  host.files["/home/user/work/file"] = "x";
  const auto refuses = [&](std::string_view name, Setting<Mount> mount, const HostView& view) {
    ContainerSpec spec = clean_spec();
    spec.image.value.repository = "acme/" + std::string(name);
    mount.value.target = "/etc/" + std::string(name);
    spec.mounts.push_back(std::move(mount));
    return has(evaluate(baseline(), spec, view), "sensitive-target", Severity::error);
  };
  const Setting<Mount> file = bind_mount("/home/user/work/file");
  const Setting<Mount> folder = bind_mount("/home/user/work/conf");
  Setting<Mount> volume = bind_mount("conf");
  volume.value.type = MountType::volume;

  CHECK_FALSE(refuses("grafana", folder, host));
  CHECK_FALSE(refuses("grafana", volume, LexicalHost()));
  CHECK(refuses("grafana", file, host));
  CHECK(refuses("grafana", folder, LexicalHost()));  // nobody knows that it is one
  host.remote = true;
  CHECK(refuses("grafana", folder, host));
  host.remote = false;
  for (const char* name : {"securetty", "sudo", "rmt", "shadow"}) CHECK(refuses(name, file, host));
  for (const char* name : {"ld.so.preload", "nsswitch.conf", "resolv.conf", "rc.local", "bash.bashrc", "doas.conf"}) {
    CHECK(refuses(name, file, host));
    CHECK(refuses(name, folder, host));
    CHECK(refuses(name, volume, host));
  }
  volume.value.subpath = "grafana";  // which may be a file of the volume
  CHECK(refuses("grafana", volume, host));
}

TEST_CASE("a volume that exists already is judged by what it is, not by what the manifest says of it") {
  FakeHost host;
  Setting<Mount> volume = bind_mount("data");
  volume.value.type = MountType::volume;
  const auto found = [&](std::string_view rule) { return has(judge_mount(volume, host), rule, Severity::error); };
  CHECK_FALSE(has_errors(judge_mount(volume, host)));
  host.volumes["data"] = {.driver = "local", .options = {{"type", "none"}, {"o", "bind"}, {"device", "/etc"}}};
  CHECK(found("volume-as-bind"));
  CHECK(found("sensitive-mount"));
  host.volumes["data"] = {.driver = "local", .options = {{"type", "ext4"}, {"device", "/dev/sda1"}}};
  CHECK(found("volume-device"));
  host.volumes["data"] = {.driver = "other", .options = {}};
  CHECK(has(judge_mount(volume, host), "volume-driver", Severity::error));
  // What is declared for one that exists has no effect.
  volume.value.driver_options = {{"type", "none"}, {"o", "bind"}, {"device", "/srv/x"}};
  host.volumes["data"] = {.driver = "local", .options = {}};
  CHECK_FALSE(found("volume-as-bind"));
}

TEST_CASE("each volume that exists already is judged, whichever others a skill has") {
  FakeHost host;
  const auto volume = [](const std::string& name, const std::string& target) {
    Setting<Mount> mount = bind_mount(name, target);
    mount.value.type = MountType::volume;
    return mount;
  };
  host.volumes["bound"] = {.driver = "local", .options = {{"type", "none"}, {"o", "bind"}, {"device", "/etc"}}};
  host.volumes["plain"] = {.driver = "local", .options = {}};
  ContainerSpec spec = clean_spec();
  for (const auto& order : std::vector<std::vector<std::string>>{
           {"new", "bound"}, {"bound", "new"}, {"plain", "bound"}, {"bound", "plain"}}) {
    CAPTURE(order.front());
    spec.mounts = {volume(order[0], "/a"), volume(order[1], "/b")};
    CHECK(has(evaluate(baseline(), spec, host), "volume-as-bind", Severity::error));
  }
}

TEST_CASE("time zone, certificates and fonts may be read but not written") {
  for (const char* path : {"/etc/localtime", "/etc/timezone", "/etc/ssl/certs", "/etc/ssl/certs/ca-certificates.crt",
                           "/usr/share/zoneinfo", "/usr/share/fonts/truetype", "/usr/share/ca-certificates"}) {
    CAPTURE(path);
    CHECK_FALSE(refused(path, "sensitive-mount", true));
    CHECK(refused(path, "sensitive-mount", false));
  }
  CHECK(refused("/etc/ssl", "sensitive-mount", true));
  CHECK(refused("/etc/ssl/private", "sensitive-mount", true));
  CHECK(refused("/usr/share", "sensitive-mount", true));
}

TEST_CASE("sockets of every engine are refused, in their rootful and rootless places") {
  for (const char* path : {"/var/run/docker.sock",
                           "/run/docker.sock",
                           "/run/containerd/containerd.sock",
                           "/run/crio/crio.sock",
                           "/run/podman/podman.sock",
                           "/run/buildkit/buildkitd.sock",
                           "/var/run/cri-dockerd.sock",
                           "/run/balena-engine.sock",
                           "/var/lib/kubelet/pod-resources/kubelet.sock",
                           "/run/user/1000/docker.sock",
                           "/run/user/1000/podman/podman.sock",
                           "/home/al/.docker/run/docker.sock",
                           "/home/al/.docker/desktop/docker.sock",
                           "/home/al/.colima/default/docker.sock",
                           "/home/al/.local/share/containers/podman/machine/podman.sock",
                           "/data/home/al/.rd/docker.sock",
                           "/srv/engine/docker.sock",
                           "/run/k3s/containerd/containerd.sock",
                           "/run/containerd",
                           "/run/podman"}) {
    CAPTURE(path);
    CHECK(refused(path, "engine-socket"));
  }
}

TEST_CASE("a socket is known by its source, not by its target, and not by a part of a name") {
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/data", "/var/run/docker.sock")), "engine-socket"));
  CHECK_FALSE(refused("/srv/docker.sock.example", "engine-socket"));
  CHECK_FALSE(refused("/srv/my-docker.sock", "engine-socket"));
}

TEST_CASE("folders that hold sockets are refused") {
  for (const char* path : {"/run", "/var/run", "/run/user", "/run/user/1000", "/var/run/user/1000", "/var", "/",
                           "/home/al/.docker", "/home/al/.local/share/containers"}) {
    CAPTURE(path);
    CHECK(refused(path, "socket-ancestor"));
  }
  CHECK_FALSE(refused("/run/lock", "socket-ancestor"));
  CHECK_FALSE(refused("/run/user/1000/app", "socket-ancestor"));
}

TEST_CASE("the socket of the selected engine is refused wherever it is") {
  FakeHost host;
  host.socket = "/srv/engines/main";
  CHECK(has(judge_mount(bind_mount("/srv/engines/main"), host), "engine-socket", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/engines"), host), "socket-ancestor", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv"), host), "socket-ancestor", Severity::error));
  CHECK_FALSE(has_errors(judge_mount(bind_mount("/srv/other"), host)));
  host.links["/srv/engines/main"] = "/mnt/real.sock";
  CHECK(has(judge_mount(bind_mount("/mnt/real.sock"), host), "engine-socket", Severity::error));
}

TEST_CASE("agents and system buses are refused") {
  for (const char* path : {"/tmp/ssh-XXabc/agent.123", "/run/user/1000/gnupg/S.gpg-agent", "/run/user/1000/bus",
                           "/run/dbus/system_bus_socket", "/run/systemd/private", "/run/user/1000/keyring/ssh",
                           "/home/al/.gnupg/S.gpg-agent.ssh"}) {
    CAPTURE(path);
    CHECK(refused(path, "agent-socket"));
  }
  Setting<Mount> mount = bind_mount("/somewhere/odd");
  mount.origin.expansions = {{.variable = "SSH_AUTH_SOCK", .begin = 0, .end = 0, .has_value = false}};
  CHECK(has(judge_mount(mount), "agent-socket", Severity::error));
}

TEST_CASE("homes and the secrets in them are refused") {
  for (const char* path : {"/home",
                           "/home/al",
                           "/Users/al",
                           "/home/al/.ssh",
                           "/home/al/.ssh/id_ed25519",
                           "/home/al/.aws",
                           "/home/al/.docker",
                           "/home/al/.docker/config.json",
                           "/home/al/.config",
                           "/home/al/.config/gcloud/x",
                           "/home/al/.config/gh",
                           "/home/al/.netrc",
                           "/home/al/.npmrc",
                           "/home/al/.kube/config",
                           "/home/al/.gnupg",
                           "/home/al/.git-credentials",
                           "/home/al/.password-store",
                           "/home/al/.mozilla",
                           "/data/users/al/.ssh",
                           "/home/al/.local"}) {
    CAPTURE(path);
    CHECK(refused(path, "home-secrets-mount"));
  }
  for (const char* path : {"/home/al/project", "/home/al/.cache/pip", "/home/al/ssh",
                           "/home/al/project/.docker/nginx.conf", "/home/al/.local/share/fonts"}) {
    CAPTURE(path);
    CHECK_FALSE(refused(path, "home-secrets-mount"));
  }
}

TEST_CASE("what a user's programs run may be read, where it is in no home, but not written") {
  for (const char* path : {"/data/users/al/.profile", "/data/users/al/.bashrc", "/data/users/al/.local/bin"}) {
    CAPTURE(path);
    Setting<Mount> mount = bind_mount(path);
    mount.value.read_only = false;
    CHECK(has(judge_mount(mount), "home-secrets-mount", Severity::error));
    mount.value.read_only = true;
    CHECK_FALSE(has(judge_mount(mount), "home-secrets-mount"));
  }
}

TEST_CASE("a system folder is known by where it really is") {
  FakeHost host;
  host.links = {{"/var/lib/docker", "/data/docker"}, {"/bin", "/usr/bin"}, {"/boot", "/"}};
  CHECK(has(judge_mount(bind_mount("/data/docker"), host), "sensitive-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/data/docker/overlay2"), host), "sensitive-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/data"), host), "sensitive-mount", Severity::error));
  CHECK_FALSE(has_errors(judge_mount(bind_mount("/data2/project"), host)));
  CHECK_FALSE(has(judge_mount(bind_mount("/data"), LexicalHost()), "sensitive-mount"));
}

TEST_CASE("sockets of terminals and of X are agents, and the folder that holds them is not a place to mount") {
  for (const char* path : {"/tmp/tmux-1000", "/tmp/tmux-1000/default", "/tmp/.X11-unix", "/tmp/ssh-abc/agent.7"}) {
    CAPTURE(path);
    CHECK(has(judge_mount(bind_mount(path)), "agent-socket", Severity::error));
  }
  CHECK(has(judge_mount(bind_mount("/tmp")), "agent-socket", Severity::error));
  CHECK_FALSE(has(judge_mount(bind_mount("/tmp/work")), "agent-socket"));
}

TEST_CASE("the caller's own home is known even in an unusual place") {
  FakeHost host;
  host.home_folders = {"/root", "/var/opt/builder"};
  CHECK(has(judge_mount(bind_mount("/var/opt/builder"), host), "home-secrets-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/var/opt"), host), "sensitive-mount", Severity::error));
  CHECK_FALSE(has_errors(judge_mount(bind_mount("/var/opt/builder/project"), host)));
  host.links = {{"/var/opt/builder", "/data/builder"}};
  CHECK(has(judge_mount(bind_mount("/data/builder"), host), "home-secrets-mount", Severity::error));
  host.home_folders = {"/"};
  CHECK_FALSE(has_errors(judge_mount(bind_mount("/srv/project"), host)));
}

TEST_CASE("a symlink to a forbidden place is forbidden") {
  FakeHost host;
  host.links = {{"/srv/a", "/etc"}, {"/srv/b", "/run/docker.sock"},  {"/srv/c", "/"}, {"/srv/d", "/home/al"},
                {"/srv/e", "/run"}, {"/srv/f", "/run/user/1000/bus"}};
  CHECK(has(judge_mount(bind_mount("/srv/a"), host), "sensitive-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/b"), host), "engine-socket", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/c"), host), "root-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/d"), host), "home-secrets-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/e"), host), "socket-ancestor", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/f"), host), "agent-socket", Severity::error));
  const Findings findings = judge_mount(bind_mount("/srv/a"), host);
  CHECK(has(findings, "symlink-mount", Severity::warning));
}

TEST_CASE("a forbidden path stays forbidden when a symlink leads to a harmless place") {
  FakeHost host;
  host.links["/etc/app"] = "/srv/app";
  CHECK(has(judge_mount(bind_mount("/etc/app"), host), "sensitive-mount", Severity::error));
}

TEST_CASE("the working directory is judged by where it is") {
  CHECK_FALSE(is_refused_workdir("/home/al/project"));
  CHECK_FALSE(is_refused_workdir("/srv/data"));
  for (const char* path : {"/", "/etc", "/usr/src", "/home/al", "/home", "/home/al/.ssh", "/root", "/root/project",
                           "/var/run", "/run/user/1000", "/var/lib/docker"}) {
    CAPTURE(path);
    CHECK(is_refused_workdir(path));
  }
}

TEST_CASE("a whole home as working directory is refused with advice to name another") {
  for (const Finding& finding : judge_mount(workdir("/home/al"))) {
    if (finding.rule != "home-secrets-mount") continue;
    CHECK(finding.remediation.find("--workdir") != std::string::npos);
    return;
  }
  FAIL("no finding");
}

TEST_CASE("only root may share a folder below /root, and only as the working directory") {
  FakeHost root;
  root.user = 0;
  CHECK_FALSE(is_refused_workdir("/root/project", root));
  CHECK(is_refused_workdir("/root", root));
  CHECK(is_refused_workdir("/root/.ssh", root));
  CHECK(has_errors(judge_mount(bind_mount("/root/project"), root)));
  CHECK(is_refused_workdir("/root/project"));
  CHECK(has_errors(judge_mount(workdir("/root/project"), LexicalHost())));
}

TEST_CASE("a link as root's working directory shares a folder below /root and nothing else") {
  FakeHost root;
  root.user = 0;
  root.links = {{"/root/link", "/root/project"},
                {"/root/all", "/root"},
                {"/root/settings", "/etc/app"},
                {"/root/keys", "/root/.ssh"},
                {"/root/whole", "/"}};
  CHECK_FALSE(is_refused_workdir("/root/link", root));
  for (const char* path : {"/root/all", "/root/settings", "/root/keys", "/root/whole"}) {
    CAPTURE(path);
    CHECK(is_refused_workdir(path, root));
  }
  for (const char* path : {"/root/all", "/root/settings"}) {
    CAPTURE(path);
    CHECK(has(judge_mount(workdir(path), root), "sensitive-mount", Severity::error));
  }
}

TEST_CASE("what is open is the folder that the caller stands in, however a manifest spells its sources") {
  FakeHost root;
  root.user = 0;
  const auto refused_in = [&](std::string folder) {
    ContainerSpec spec = clean_spec();
    spec.workdir = std::move(folder);
    spec.mounts = {bind_mount("/root/project")};
    // The text names the variable; it is not what counts.
    spec.mounts.front().origin.text = "${SKILL_WORKDIR}:/x";
    return has_errors(evaluate(baseline(), spec, root));
  };
  CHECK(refused_in("/"));
  CHECK(refused_in("/root"));
  CHECK(refused_in("/root/other"));
  CHECK(refused_in("/root/proj"));
  CHECK(refused_in(""));
  CHECK_FALSE(refused_in("/root/project"));
}

TEST_CASE("allowed_paths narrow where binds come from, under every policy") {
  ContainerSpec spec = clean_spec();
  spec.allowed_paths = {"/srv/data"};
  const auto outside = [&](Setting<Mount> mount, const HostView& host = FakeHost()) {
    spec.workdir = mount.value.caller_workdir ? folder_of_workdir(mount) : std::string();
    spec.mounts = {std::move(mount)};
    return has(evaluate(privileged(), spec, host), "mount-outside-instance", Severity::error);
  };
  CHECK_FALSE(outside(bind_mount("/srv/data")));
  CHECK_FALSE(outside(bind_mount("/srv/data/x")));
  CHECK(outside(bind_mount("/srv/database")));
  CHECK(outside(bind_mount("/srv")));
  CHECK_FALSE(outside(workdir("/home/al/project")));
  CHECK_FALSE(outside(workdir("/home/al/project", "/sub")));

  FakeHost host;
  host.links["/srv/data/link"] = "/srv/secret";
  host.links["/home/al/project/link"] = "/srv/secret";
  CHECK(outside(bind_mount("/srv/data/link"), host));
  CHECK(outside(workdir("/home/al/project", "/link"), host));
  host.links["/srv/data"] = "/mnt/disk";
  host.links["/srv/data/x"] = "/mnt/disk/x";
  CHECK_FALSE(outside(bind_mount("/srv/data/x"), host));

  spec.allowed_paths = {""};
  CHECK(outside(bind_mount("/srv/data")));
}

TEST_CASE("allowed_paths may name a bind by where the container has it") {
  ContainerSpec spec = clean_spec();
  spec.allowed_paths = {"/workdir"};
  const auto outside = [&](std::string target) {
    spec.mounts = {bind_mount("/srv/data")};
    spec.mounts[0].value.target = std::move(target);
    return has(evaluate(privileged(), spec, LexicalHost()), "mount-outside-instance", Severity::error);
  };
  CHECK_FALSE(outside("/workdir"));
  CHECK_FALSE(outside("/workdir/in"));
  CHECK(outside("/workdirs"));
  CHECK(outside("/"));
  spec.allowed_paths = {""};
  CHECK(outside("/workdir"));
}

TEST_CASE("outside of the open places the baseline shows what the restricted policy refuses") {
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(bind_mount("/srv/data"));
  CHECK(has(evaluate(baseline(), spec, LexicalHost()), "mount-outside-roots", Severity::warning));
  CHECK_FALSE(has(evaluate(baseline(), spec, LexicalHost()), "mount-outside-roots", Severity::error));
  CHECK(has(evaluate(restricted(), spec, LexicalHost()), "mount-outside-roots", Severity::error));
  spec.workdir = "/srv";
  CHECK_FALSE(has(evaluate(restricted(), spec, LexicalHost()), "mount-outside-roots"));
}

TEST_CASE("a missing source is told only where somebody can know") {
  FakeHost host;
  host.missing.push_back("/srv/gone");
  CHECK(has(judge_mount(bind_mount("/srv/gone"), host), "missing-mount-source"));
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/there"), host), "missing-mount-source"));
  CHECK_FALSE(has(judge_mount(bind_mount("/srv/gone")), "missing-mount-source"));
}

TEST_CASE("a mount that was not cleaned is refused under every policy, whatever it leads to") {
  for (const char* source : {"//etc", "/./root", "/tmp/../root", "etc", "", "/srv/"}) {
    CAPTURE(source);
    ContainerSpec spec = clean_spec();
    spec.mounts.push_back(bind_mount(source));
    CHECK(has(evaluate(privileged(), spec, LexicalHost()), "invalid-mount", Severity::error));
  }
  CHECK(has(judge_mount(bind_mount("/srv/x", "data")), "invalid-mount", Severity::error));
  CHECK(has(judge_mount(bind_mount("/srv/x", "")), "sensitive-target", Severity::error));
}

TEST_CASE("a subpath that leads out of its volume is refused, also where no parser made the mount") {
  Mount mount;
  mount.type = MountType::volume;
  mount.source = "cache";
  mount.target = "/data";
  for (const char* subpath : {"/etc", "..", "a/../../b", "a/.."}) {
    CAPTURE(subpath);
    mount.subpath = subpath;
    CHECK(has(judge_mount(set(mount, "docker.mounts[0]")), "subpath-escape", Severity::error));
  }
  for (const char* subpath : {"", "a", "a/b", "..a", "a..b/c"}) {
    CAPTURE(subpath);
    mount.subpath = subpath;
    CHECK_FALSE(has(judge_mount(set(mount, "docker.mounts[0]")), "subpath-escape"));
  }
}

TEST_CASE("slave propagation is a warning where shared is an error") {
  Setting<Mount> mount = bind_mount("/srv/x");
  for (const Propagation mode : {Propagation::shared, Propagation::rshared}) {
    mount.value.propagation = mode;
    CHECK(has(judge_mount(mount), "mount-propagation", Severity::error));
  }
  for (const Propagation mode : {Propagation::slave, Propagation::rslave}) {
    mount.value.propagation = mode;
    CHECK(has(judge_mount(mount), "mount-propagation", Severity::warning));
    CHECK_FALSE(has_errors(judge_mount(mount)));
  }
  mount.value.propagation = Propagation::rprivate;
  CHECK_FALSE(has(judge_mount(mount), "mount-propagation"));
}

TEST_CASE("a build context is judged like a mount that is read") {
  ContainerSpec spec = clean_spec();
  const auto verdict = [&](const std::string& folder, const HostView& host) {
    spec.build = set(
        BuildRecipe{.packages = {},
                    .context = ContextRecipe{.context = folder, .dockerfile = "Dockerfile", .target = {}, .args = {}}},
        "docker.build");
    return has_errors(evaluate(baseline(), spec, host));
  };
  FakeHost host;
  CHECK_FALSE(verdict("/srv/skills/image", host));
  CHECK(verdict("/", host));
  CHECK(verdict("/etc", host));
  CHECK(verdict("/home/al", host));
  CHECK(verdict("/home/al/.ssh", host));
  CHECK(verdict("/root/image", host));
  host.user = 0;
  CHECK(verdict("/root/image", host));
  // Root's own folder is the manifest's.
  spec.source =
      std::make_shared<const SourceText>(SourceText{.name = "m.toml", .directory = "/root/skills", .text = {}});
  CHECK_FALSE(verdict("/root/skills/image", host));
  CHECK(verdict("/root/other", host));
  host.links["/root/skills/link"] = "/root/other";
  CHECK(verdict("/root/skills/link", host));
}
