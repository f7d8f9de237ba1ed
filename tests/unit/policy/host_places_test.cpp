// Which places of the host are open, which are asked for, and which are closed.
#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "policy/rules/support/volume_owner.hpp"
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// alice calls; bob and a service have accounts too.
struct Machine : FakeHost {
  Machine() {
    home_folders = {"/home/alice"};
    other_homes = {"/home/alice", "/home/bob", "/var/lib/postgresql", "/srv/ftp", "/nonexistent", "/"};
  }
};

ContainerSpec spec_in(std::string workdir, Setting<Mount> mount) {
  ContainerSpec spec = clean_spec();
  spec.workdir = std::move(workdir);
  spec.mounts.push_back(std::move(mount));
  return spec;
}

Findings judge_in(std::string workdir, Setting<Mount> mount, const HostView& host, const Policy& policy = baseline()) {
  return evaluate(policy, spec_in(std::move(workdir), std::move(mount)), host);
}

const Finding* find(const Findings& findings, std::string_view rule) {
  const auto found = std::ranges::find(findings, rule, &Finding::rule);
  return found == findings.end() ? nullptr : &*found;
}

/// True when a rule refuses the path and says that no caller's word opens it.
bool is_closed(const Findings& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) {
    // A rule that stands for the one that asks does so only where it refuses whatever the answer.
    const bool closed = finding.ask ? finding.ask->closed : !finding.covers.empty();
    return finding.severity == Severity::error && closed;
  });
}

ContainerSpec with_volume(const char* name) {
  Mount mount;
  mount.type = MountType::volume;
  mount.source = name;
  mount.target = "/d";
  ContainerSpec spec = clean_spec();
  spec.mounts.push_back(set(mount, "docker.volumes[0]"));
  return spec;
}

}  // namespace

TEST_CASE("what belongs to the system is closed by the tree that it lies in") {
  for (const char* path : {"/var/lib/dpkg/info",
                           "/var/spool/at",
                           "/var/www/site",
                           "/opt/acme/data",
                           "/nix/store/x",
                           "/snap/x/current",
                           "/lib64",
                           "/libx32/x",
                           "/lib.new/x",
                           "/usr/local/share/x",
                           "/etc/skel",
                           "/run/user/1000/x",
                           "/root/x",
                           "/boot/efi/EFI",
                           "/efi/x",
                           "/sys/fs/cgroup",
                           "/proc/1/root",
                           "/dev/shm/x",
                           "/swapfile",
                           "/swap.img",
                           "/vmlinuz.old",
                           "/initrd.img",
                           "/.hidden/x",
                           "/lost+found",
                           "/gnu/store/x",
                           "/var",
                           "/opt"}) {
    CAPTURE(path);
    for (const bool read_only : {true, false}) {
      CHECK(is_closed(judge_in("/srv/project", bind_mount(path, "/d", read_only), Machine())));
      CHECK(is_closed(judge_in("/srv/project", bind_mount(path, "/d", read_only), LexicalHost())));
    }
  }
}

TEST_CASE("the caller's own places are asked for: a warning under baseline, an error under restricted") {
  for (const char* path : {"/srv/data", "/data/films", "/mnt/disk/x", "/media/alice/stick", "/tmp/data", "/films",
                           "/rootfs/x", "/home/alice/films", "/home/alice/work/.git"}) {
    CAPTURE(path);
    const Findings findings = judge_in("/srv/project", bind_mount(path), Machine());
    const Finding* asked = find(findings, "mount-outside-roots");
    REQUIRE(asked != nullptr);
    CHECK(asked->severity == Severity::warning);
    REQUIRE(asked->ask);
    CHECK(asked->ask == Ask{.kind = AskKind::mount, .subject = path, .writes = false, .closed = false});
    CHECK_FALSE(has_errors(findings));
    CHECK(has(judge_in("/srv/project", bind_mount(path), Machine(), restricted()), "mount-outside-roots",
              Severity::error));
  }
}

TEST_CASE("the working directory and the manifest's folder are open, whichever way they are spelled") {
  // The manifest of clean_spec() lies in /srv/skills.
  for (const char* path : {"/srv/project", "/srv/project/data", "/srv/skills", "/srv/skills/data"}) {
    CAPTURE(path);
    const Findings findings = judge_in("/srv/project", bind_mount(path), Machine(), restricted());
    CHECK(find(findings, "mount-outside-roots") == nullptr);
    CHECK_FALSE(has_errors(findings));
  }
  CHECK(has(judge_in("/srv/project", bind_mount("/srv/projects"), Machine()), "mount-outside-roots"));
}

TEST_CASE("who names no working directory opens none") {
  CHECK(has(judge_in("", bind_mount("/srv/project"), LexicalHost(), restricted()), "mount-outside-roots",
            Severity::error));
}

TEST_CASE("a working directory opens nothing of the system, no whole home and no secrets") {
  for (const char* path : {"/", "/etc", "/var/www/site", "/opt/x", "/home/alice", "/home", "/home/alice/.ssh",
                           "/home/alice/.aws/x", "/root"}) {
    CAPTURE(path);
    CHECK(has_errors(judge_in(path, bind_mount(path), Machine())));
  }
}

TEST_CASE("a link is judged by both of its ends") {
  Machine machine;
  machine.links = {{"/srv/project/link", "/var/lib/dpkg"}, {"/srv/project/out", "/data/x"}};
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/srv/project/link"), machine)));
  const Findings findings = judge_in("/srv/project", bind_mount("/srv/project/out"), machine);
  const Finding* asked = find(findings, "mount-outside-roots");
  REQUIRE(asked != nullptr);
  CHECK(asked->ask->subject == "/data/x");
}

TEST_CASE("the homes of others are closed, and so are entries of any home that begin with a dot") {
  for (const char* path :
       {"/home/bob/films", "/srv/ftp/pub", "/home/alice/.anything", "/home/alice/.config/unheard-of", "/home/bob/.x",
        "/home/alice", "/home", "/srv", "/home/alice/.local/share/x", "/home/nobody-we-know/x"}) {
    CAPTURE(path);
    CHECK(is_closed(judge_in("/srv/project", bind_mount(path), Machine())));
  }
  CHECK_FALSE(is_closed(judge_in("/srv/project", bind_mount("/home/alice/.cache/pip"), Machine())));
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/home/alice/.cache/pip", "/d", false), Machine())));
  // While linting nobody knows whose home it is.
  CHECK_FALSE(is_closed(judge_in("/srv/project", bind_mount("/home/bob/films"), LexicalHost())));
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/home/bob/.anything"), LexicalHost())));
}

TEST_CASE("a home that lies in a tree of the system is still the caller's own") {
  Machine machine;
  machine.home_folders = {"/var/lib/jenkins"};
  CHECK_FALSE(is_closed(judge_in("/srv/project", bind_mount("/var/lib/jenkins/workspace/x"), machine)));
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/var/lib/jenkins/.x"), machine)));
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/var/lib/jenkins"), machine)));
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/var/lib/postgresql/data"), machine)));
  // A tree itself is nobody's home, whatever the account database says.
  machine.home_folders = {"/opt"};
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/opt/acme"), machine)));
}

TEST_CASE("only what lies beside the manifest may be built from in a tree of the system") {
  const auto judged = [](const char* manifest_folder, const char* context) {
    ContainerSpec spec = clean_spec();
    spec.source =
        std::make_shared<const SourceText>(SourceText{.name = "skills.toml", .directory = manifest_folder, .text = ""});
    spec.workdir = "/var/lib/dpkg";
    spec.build = set(
        BuildRecipe{.packages = {},
                    .context = ContextRecipe{.context = context, .dockerfile = "Dockerfile", .target = {}, .args = {}}},
        "docker.build");
    return evaluate(baseline(), spec, Machine());
  };
  CHECK_FALSE(has_errors(judged("/etc/skillrun/manifests", "/etc/skillrun/manifests/image")));
  CHECK(is_closed(judged("/etc/skillrun/manifests", "/etc/ssl")));
  // The caller stands there; the manifest does not.
  CHECK(is_closed(judged("/srv/skills", "/var/lib/dpkg")));
}

TEST_CASE("skillrun's own folders are closed wherever the caller's variables put them") {
  Machine machine;
  machine.skillrun_folders = {"/data/settings/skillrun"};
  for (const char* path : {"/data/settings", "/data/settings/skillrun", "/data/settings/skillrun/grants"}) {
    CAPTURE(path);
    CHECK(is_closed(judge_in("/srv/project", bind_mount(path), machine)));
    CHECK(is_closed(judge_in(path, bind_mount(path), machine)));
  }
  CHECK_FALSE(is_closed(judge_in("/srv/project", bind_mount("/data/settings/other"), machine)));
  machine.links = {{"/data/link", "/data/settings"}};
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/data/link"), machine)));
}

TEST_CASE("a folder with keys right in it is closed, the working directory too") {
  for (const char* name : {".ssh", ".aws", ".gnupg", "id_ed25519", "store.kdbx"}) {
    CAPTURE(name);
    Machine machine;
    machine.folders = {{"/srv/project", {{.name = "a"}, {.name = name}}}};
    CHECK(is_closed(judge_in("/srv/project", bind_mount("/srv/project"), machine)));
  }
  Machine machine;
  machine.folders = {{"/srv/project", {{.name = "server.pem"}}}};
  machine.files = {{"/srv/project/server.pem", "-----BEGIN CERTIFICATE-----\n"}};
  CHECK_FALSE(is_closed(judge_in("/srv/project", bind_mount("/srv/project"), machine)));
  machine.files = {{"/srv/project/server.pem", "-----BEGIN EC PRIVATE KEY-----\n"}};
  CHECK(is_closed(judge_in("/srv/project", bind_mount("/srv/project"), machine)));
}

TEST_CASE("a socket in a mounted folder refuses it, and is a warning in the working directory") {
  Machine machine;
  machine.folders = {{"/srv/project", {{.name = "app.sock", .is_socket = true}}},
                     {"/data/x", {{.name = "app.sock", .is_socket = true}}}};
  CHECK(has(judge_in("/srv/project", bind_mount("/data/x"), machine), "agent-socket", Severity::error));
  const Findings findings = judge_in("/srv/project", bind_mount("/srv/project"), machine);
  CHECK(has(findings, "agent-socket", Severity::warning));
  CHECK_FALSE(has_errors(findings));
}

TEST_CASE("what the caller grants is an info that says who did, and never opens what is closed") {
  ContainerSpec spec = spec_in("/srv/project", bind_mount("/data/films/new", "/d", false));
  spec.grants = {{.kind = AskKind::mount, .subject = "/data/films", .writes = true, .by = "--allow-mount"}};
  const Findings findings = evaluate(restricted(), spec, Machine());
  const Finding* granted = find(findings, "mount-outside-roots");
  REQUIRE(granted != nullptr);
  CHECK(granted->severity == Severity::info);
  CHECK(granted->granted == "--allow-mount");
  spec.grants.front().writes = false;
  CHECK(has(evaluate(restricted(), spec, Machine()), "mount-outside-roots", Severity::error));
  spec.grants.front() = {.kind = AskKind::mount, .subject = "/", .writes = true, .by = "--allow-mount"};
  spec.mounts = {bind_mount("/var/lib/dpkg")};
  CHECK(is_closed(evaluate(baseline(), spec, Machine())));
}

TEST_CASE("a volume has a name of the skill's own, unless somebody else's of its plain name is all there is") {
  ContainerSpec spec = with_volume("films");
  Machine machine;
  const auto name_of = [&](ContainerSpec judged) {
    name_volumes(judged, machine);
    return judged.mounts.front().value.source;
  };
  const std::string own = name_of(spec);
  CHECK(own.starts_with("skillrun-"));
  CHECK(own.ends_with("-films"));
  CHECK(own.size() == std::string_view("skillrun-0123456789abcdef-films").size());
  machine.volumes = {{"films", {.driver = "local", .options = {}, .labels = {}}}};
  CHECK(name_of(spec) == "films");
  machine.volumes[own] = {.driver = "local", .options = {}, .labels = {}};
  CHECK(name_of(spec) == own);

  ContainerSpec other = spec;
  other.skill = "other";
  machine.volumes.clear();
  CHECK(name_of(other) != own);
  CHECK(name_of(other).ends_with("-films"));
  // What is named so already stays; what another skill's is called becomes a part of a name.
  spec.mounts.front().value.source = own;
  CHECK(name_of(spec) == own);
  other.mounts.front().value.source = own;
  CHECK(name_of(other).ends_with("-" + own));
  spec.mounts.front().value.source.assign(255, 'a');
  CHECK(name_of(spec).size() <= 255);
  spec.mounts.front().value.source.clear();
  CHECK(name_of(spec).empty());
}

TEST_CASE("an existing volume is asked for unless it carries the label of this skill of this manifest") {
  ContainerSpec spec = with_volume("films");
  Machine machine;
  CHECK(find(evaluate(baseline(), spec, machine), "opaque-volume") == nullptr);
  machine.volumes = {{"films", {.driver = "local", .options = {}}}};
  CHECK(has(evaluate(baseline(), spec, machine), "opaque-volume", Severity::error));
  const auto approved = [&](const ContainerSpec& judged) {
    machine.volumes.clear();
    return admit(baseline(), judged, machine).value().spec().volume_owner;
  };
  const std::string owner = approved(spec);
  machine.volumes = {{"films", {.driver = "local", .options = {}, .labels = {{"skillrun.volume-owner", owner}}}}};
  CHECK(find(evaluate(baseline(), spec, machine), "opaque-volume") == nullptr);
  ContainerSpec other = spec;
  other.source =
      std::make_shared<const SourceText>(SourceText{.name = "other.toml", .directory = "/srv/skills", .text = ""});
  CHECK(has(evaluate(baseline(), other, machine), "opaque-volume", Severity::error));
  other = spec;
  other.source = nullptr;
  CHECK(has(evaluate(baseline(), other, machine), "opaque-volume", Severity::error));
}
