#include "policy/grants.hpp"

#include <doctest/doctest.h>

#include "policy/policy_data.hpp"
#include "policy_texts.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

constexpr auto mount = AskKind::mount;

Ask reads(std::string path) { return {.kind = mount, .subject = std::move(path)}; }
Ask writes(std::string path) { return {.kind = mount, .subject = std::move(path), .writes = true}; }
Ask closed(Ask ask) {
  ask.closed = true;
  return ask;
}

bool covers(AskKind kind, std::string pattern, std::string subject, const std::vector<std::string>& homes = {}) {
  CHECK(check_grant_pattern(kind, pattern));
  return skillrun::covers({.kind = kind, .text = std::move(pattern)}, {.kind = kind, .subject = std::move(subject)},
                          homes);
}

std::string granted(const Policy& policy, const Ask& ask, const std::string& skill = "tool",
                    std::string_view rule = "mount-outside-roots", const HostView& host = LexicalHost()) {
  ContainerSpec spec = clean_spec();
  spec.skill = skill;
  return granted_by(policy, spec, rule, ask, host);
}

PolicyInput layer(PolicyLayer layer, const std::string& rest) {
  return {.layer = layer, .builtin = {}, .source = named(std::string(to_string(layer)), rest)};
}

ParsedPolicy fold(std::vector<PolicyInput> inputs) { return Policy::fold(inputs); }

}  // namespace

TEST_CASE("a granted path stands for itself and what is below it, by component") {
  CHECK(covers(mount, "/srv/films", "/srv/films"));
  CHECK(covers(mount, "/srv/films", "/srv/films/new/.cut"));
  CHECK_FALSE(covers(mount, "/srv/films", "/srv/filmstock"));
  CHECK_FALSE(covers(mount, "/srv/films", "/srv"));
  CHECK_FALSE(covers(mount, "/srv/films", "/"));
  CHECK(covers(mount, "/srv/*/out", "/srv/a/out/b"));
  CHECK_FALSE(covers(mount, "/srv/*/out", "/srv/out"));
  CHECK_FALSE(covers(mount, "/srv/*/out", "/srv/a/b/out"));
}

TEST_CASE("a star in a path is not an entry that begins with a dot") {
  CHECK(covers(mount, "/home/me/*", "/home/me/films"));
  CHECK_FALSE(covers(mount, "/home/me/*", "/home/me/.ssh"));
  CHECK_FALSE(covers(mount, "/home/me/*", "/home/me"));
  CHECK(covers(mount, "/home/me/.config/app", "/home/me/.config/app"));
}

TEST_CASE("~ is the caller's home by each of its names, and nobody else's") {
  const std::vector<std::string> homes = {"/home/me", "/mnt/homes/me"};
  CHECK(covers(mount, "~/.config/app", "/home/me/.config/app/x", homes));
  CHECK(covers(mount, "~/.config/app", "/mnt/homes/me/.config/app", homes));
  CHECK_FALSE(covers(mount, "~/.config/app", "/home/you/.config/app", homes));
  CHECK_FALSE(covers(mount, "~/.config/app", "/.config/app", {}));
  CHECK_FALSE(covers(mount, "~/x", "/x", {"/"}));
}

TEST_CASE("what would hold everything, or an engine's socket, cannot be a grant") {
  for (const char* path : {"/", "/*", "/*/x", "~", "~/", "", "srv", "./srv", "/srv/", "/srv/../etc", "//etc", "/s*v",
                           "/srv/*x", "/var/run/docker.sock", "/run/podman/podman.sock"}) {
    CAPTURE(path);
    CHECK_FALSE(check_grant_pattern(mount, path));
    CHECK_FALSE(check_grant_pattern(AskKind::build_context, path));
  }
  CHECK_FALSE(skillrun::covers({.kind = mount, .text = "/run", .writes = true}, writes("/run/docker.sock"), {}));
}

TEST_CASE("a read-only grant does not let write") {
  const GrantPattern read_only{.kind = mount, .text = "/srv"};
  CHECK(skillrun::covers(read_only, reads("/srv/a"), {}));
  CHECK_FALSE(skillrun::covers(read_only, writes("/srv/a"), {}));
  CHECK(skillrun::covers({.kind = mount, .text = "/srv", .writes = true}, reads("/srv/a"), {}));
}

TEST_CASE("a star in a name is any text") {
  CHECK(covers(AskKind::variable, "AWS_*", "AWS_SECRET_ACCESS_KEY"));
  CHECK_FALSE(covers(AskKind::variable, "AWS_*", "XAWS_SECRET"));
  CHECK_FALSE(covers(AskKind::variable, "AWS", "AWS_"));
  CHECK(covers(AskKind::network, "*-net", "film-net"));
  CHECK(covers(AskKind::volume, "f*l*s", "films"));
  CHECK_FALSE(covers(AskKind::volume, "f*l*s", "filmstock"));
  CHECK_FALSE(covers(AskKind::variable, "TOKEN", "token"));
}

TEST_CASE("a label is granted by its key, or by its key and value") {
  CHECK(covers(AskKind::label, "traefik.*", "traefik.enable=true"));
  CHECK(covers(AskKind::label, "traefik.enable", "traefik.enable=true"));
  CHECK(covers(AskKind::label, "traefik.enable=true", "traefik.enable=true"));
  CHECK_FALSE(covers(AskKind::label, "traefik.enable=true", "traefik.enable=false"));
  CHECK_FALSE(covers(AskKind::label, "traefik", "traefik.enable=true"));
  CHECK_FALSE(covers(AskKind::label, "*x", "a=x"));
}

TEST_CASE("ports are granted by number, range, address and protocol") {
  constexpr auto port = AskKind::port;
  CHECK(covers(port, "8080", "*:8080/tcp"));
  CHECK(covers(port, "8080", "127.0.0.1:8080/tcp"));
  CHECK_FALSE(covers(port, "8080", "*:8080/udp"));
  CHECK(covers(port, "5353/udp", "*:5353/udp"));
  CHECK(covers(port, "127.0.0.1:9000-9100/tcp", "127.0.0.1:9050/tcp"));
  CHECK_FALSE(covers(port, "127.0.0.1:9000-9100/tcp", "*:9050/tcp"));
  CHECK_FALSE(covers(port, "127.0.0.1:9000-9100/tcp", "127.0.0.1:9101/tcp"));
  CHECK(covers(port, "[::1]:80", "::1:80/tcp"));
  CHECK(covers(port, "8000-8100", "*:8010-8020/tcp"));
  CHECK_FALSE(covers(port, "8000-8100", "*:8090-8110/tcp"));
  CHECK_FALSE(covers(port, "8000-8100", "*:*/tcp"));
  CHECK(covers(port, "127.0.0.1:*", "127.0.0.1:*/tcp"));
  for (const char* text : {"", "x", "-1", "80-", "90-80", "70000", "80/icmp", ":80", "80 ", "8*"}) {
    CAPTURE(text);
    CHECK_FALSE(check_grant_pattern(port, text));
  }
}

TEST_CASE("a policy grants the skills that it names, and says who it is") {
  const auto acme = policy("grants:\n  - {skill: 'film*', mounts: [{path: /srv/films, mode: rw}, /srv/music]}\n");
  CHECK(granted(*acme, writes("/srv/films"), "filmcut") == "policy acme (policy.yaml:4)");
  CHECK(granted(*acme, reads("/srv/music"), "filmcut") != "");
  CHECK(granted(*acme, writes("/srv/music"), "filmcut") == "");
  CHECK(granted(*acme, writes("/srv/films"), "cutfilm") == "");
  CHECK(granted(*acme, reads("/srv"), "filmcut") == "");
}

TEST_CASE("a policy opens closed places that it names, the caller does not") {
  const auto acme = policy("grants:\n  - {skill: tool, mounts: [/var/lib/app]}\n");
  CHECK(granted(*acme, closed(reads("/var/lib/app")), "tool", "sensitive-mount") != "");
  CHECK(granted(*acme, closed(reads("/var/lib")), "tool", "sensitive-mount") == "");
  ContainerSpec spec = clean_spec();
  spec.grants = {{.kind = mount, .subject = "/var/lib/app", .writes = true, .by = "--allow-mount /var/lib/app"}};
  CHECK(granted_by(baseline(), spec, "mount-outside-roots", reads("/var/lib/app"), LexicalHost()) ==
        "--allow-mount /var/lib/app");
  CHECK(granted_by(baseline(), spec, "sensitive-mount", closed(reads("/var/lib/app")), LexicalHost()).empty());
}

TEST_CASE("a grant may be bound to an instance and to a folder of manifests") {
  ContainerSpec spec = clean_spec();  // from /srv/skills/skills.toml
  const auto by = [&](const std::string& more, const HostView& host = LexicalHost()) {
    const auto acme = policy("grants:\n  - {skill: tool, volumes: [films], " + more + "}\n");
    return granted_by(*acme, spec, "opaque-volume", {.kind = AskKind::volume, .subject = "films", .writes = true},
                      host) != "";
  };
  CHECK(by("manifest: /srv/skills"));
  CHECK(by("manifest: /srv/skills/skills.toml"));
  CHECK_FALSE(by("manifest: /srv/skill"));
  CHECK_FALSE(by("instance: fast"));
  spec.instance = "fast";
  CHECK(by("instance: fast"));
  CHECK(by("instance: 'f*'"));
  FakeHost host;
  host.links["/srv/skills/skills.toml"] = "/tmp/stranger.toml";
  CHECK_FALSE(by("manifest: /srv/skills", host));
}

TEST_CASE("a volume is granted to write, unless its mode is ro") {
  const Ask films{.kind = AskKind::volume, .subject = "films", .writes = true};
  const auto granted_volume = [&](const std::string& entry) {
    const auto acme = policy("grants:\n  - {skill: tool, volumes: [" + entry + "]}\n");
    return granted(*acme, films, "tool", "opaque-volume") != "";
  };
  CHECK(granted_volume("films"));
  CHECK(granted_volume("{name: films, mode: rw}"));
  CHECK_FALSE(granted_volume("{name: films, mode: ro}"));
}

TEST_CASE("a project cannot grant itself, by what it extends neither") {
  const std::string grant = "grants:\n  - {skill: tool, mounts: [/srv]}\n";
  const Finding refused = fault(fold({layer(PolicyLayer::project, grant)}));
  CHECK(refused.field == "grants");
  CHECK(refused.span.begin.line == 4);
  CHECK(says(refused, "name this file with -p"));
  FakeFiles files;
  files.texts["/policies/base.yaml"] = head + grant;
  const PolicyInput extending = layer(PolicyLayer::project, "extends: [./base.yaml]\n");
  CHECK(fault(Policy::fold({&extending, 1}, &files)).source->name == "/policies/base.yaml");
  for (const PolicyLayer allowed : {PolicyLayer::system, PolicyLayer::user, PolicyLayer::option}) {
    const auto folded = fold({layer(allowed, grant)});
    REQUIRE(folded);
    CHECK(granted(**folded, reads("/srv/x")) != "");
  }
}

TEST_CASE("what a lower policy has locked is not for a later one to grant") {
  const std::string lock = "rules:\n  sensitive-mount: {locked: true}\n  opaque-volume: {locked: true}\n";
  const auto grant = [](const std::string& what) { return "grants:\n  - {skill: tool, " + what + "}\n"; };
  for (const PolicyLayer later : {PolicyLayer::user, PolicyLayer::option}) {
    const Finding mounts =
        fault(fold({layer(PolicyLayer::system, lock), layer(later, grant("mounts: [/var/lib/app]"))}));
    CHECK(says(mounts, "system (system.yaml:4) has locked sensitive-mount"));
    CHECK(mounts.source->name == std::string(to_string(later)) + ".yaml");
    CHECK(says(fault(fold({layer(PolicyLayer::system, lock), layer(later, grant("volumes: [films]"))})),
               "has locked opaque-volume"));
  }
  // A grant that only turns out to be about a locked rule opens nothing either.
  const auto folded = fold({layer(PolicyLayer::system, lock), layer(PolicyLayer::option, grant("mounts: [/srv]"))});
  REQUIRE(folded);
  CHECK(granted(**folded, reads("/srv/x")) != "");
  CHECK(granted(**folded, closed(reads("/srv/x")), "tool", "sensitive-mount") == "");
}

TEST_CASE("the policy that locks may grant, and so may those below it") {
  const std::string lock = "rules:\n  sensitive-mount: {locked: true}\n";
  const std::string grant = "grants:\n  - {skill: tool, mounts: [/var/lib/app]}\n";
  const auto same = fold({layer(PolicyLayer::system, lock + grant)});
  const auto below = fold({layer(PolicyLayer::system, grant), layer(PolicyLayer::option, lock)});
  for (const auto* folded : {&same, &below}) {
    REQUIRE(*folded);
    CHECK(granted(***folded, closed(reads("/var/lib/app")), "tool", "sensitive-mount") != "");
  }
}

TEST_CASE("a policy that locks and grants may take part twice") {
  FakeFiles files;
  files.texts["/policies/system.yaml"] =
      "apiVersion: skillrun.policy/v1\nname: system\nrules:\n  sensitive-mount: {locked: true}\n"
      "grants:\n  - {skill: tool, mounts: [/var/lib/app]}\n";
  PolicyInput system{.layer = PolicyLayer::system, .builtin = {}, .source = nullptr};
  system.source = document("/policies/system.yaml", files.texts["/policies/system.yaml"], "/policies");
  const std::vector<PolicyInput> inputs = {system, layer(PolicyLayer::option, "extends: [./system.yaml]\n")};
  const auto folded = Policy::fold(inputs, &files);
  if (!folded) FAIL_CHECK(folded.error().front().message);
  REQUIRE(folded);
  CHECK(data_of(**folded).settings.grants.size() == 1);
  CHECK(granted(**folded, closed(reads("/var/lib/app")), "tool", "sensitive-mount") != "");
}

TEST_CASE("what a policy has locked, no word of the caller's opens") {
  const auto locked = policy("rules:\n  mount-outside-roots: {locked: true}\n");
  ContainerSpec spec = clean_spec();
  spec.grants = {{.kind = mount, .subject = "/srv", .writes = true, .by = "--allow-mount /srv:rw"}};
  CHECK(granted_by(*locked, spec, "mount-outside-roots", reads("/srv"), LexicalHost()).empty());
  const std::string way = way_to_grant(*locked, spec, "mount-outside-roots", reads("/srv"));
  CHECK(way.find("has locked mount-outside-roots") != std::string::npos);
}

TEST_CASE("the way to grant is one command, or the lines of a policy for what is closed") {
  ContainerSpec spec = clean_spec();
  const auto way = [&](const Ask& ask) { return way_to_grant(baseline(), spec, "mount-outside-roots", ask); };
  CHECK(way(reads("/srv/films")) ==
        "if you want that: skillrun allow tool; for one run only: --allow-mount /srv/films");
  CHECK(way(writes("/srv/my films")) ==
        "if you want that: skillrun allow tool; for one run only: --allow-mount '/srv/my films:rw'");
  CHECK(way({.kind = AskKind::variable, .subject = "TOKEN"}) ==
        "if you want that: skillrun allow tool; for one run only: -e TOKEN");
  CHECK(way({.kind = AskKind::network, .subject = "bridge"}) == "if you want that: skillrun allow tool");
  spec.instance = "fast";
  CHECK(way({.kind = AskKind::volume, .subject = "films"}) == "if you want that: skillrun allow tool@fast");
  CHECK(way(closed(writes("/var/lib/app"))).find("grants: [{skill: tool, mounts: [{path: /var/lib/app, mode: rw}]}]") !=
        std::string::npos);
}

TEST_CASE("the lines that are shown for a policy grant what they are shown for") {
  const std::vector<Ask> asks = {
      writes("/srv/films"),
      reads("/srv/a: b"),
      {.kind = AskKind::volume, .subject = "films", .writes = true},
      {.kind = AskKind::volume, .subject = "no"},
      {.kind = AskKind::variable, .subject = "TOKEN"},
      {.kind = AskKind::image_variable, .subject = "TAG"},
      {.kind = AskKind::build_variable, .subject = "VERSION"},
      {.kind = AskKind::build_context, .subject = "/srv/images"},
      {.kind = AskKind::label, .subject = "traefik.http.rule=Host(`a`)"},
      {.kind = AskKind::network, .subject = "bridge"},
      {.kind = AskKind::port, .subject = "127.0.0.1:8080/tcp"},
      {.kind = AskKind::port, .subject = "*:*/udp"},
  };
  const std::string line = as_policy_grant("yes", asks);
  CAPTURE(line);
  const auto acme = policy("grants: [" + line + "]\n");
  for (const Ask& ask : asks) {
    CAPTURE(ask.subject);
    CHECK(granted(*acme, ask, "yes") != "");
  }
}

TEST_CASE("a grant with anything in it that is not understood makes the policy a fault") {
  const auto wrong = [](const std::string& entry) { return fault_of(head + "grants:\n  - " + entry + "\n"); };
  CHECK(says(wrong("{skill: tool}"), "nothing is granted"));
  CHECK(says(wrong("{mounts: [/srv]}"), "skill is missing"));
  CHECK(says(wrong("{skill: tool, mount: [/srv], volumes: [a]}"), "mounts"));
  CHECK(says(wrong("{skill: tool, mounts: /srv}"), "list"));
  CHECK(says(wrong("{skill: tool, mounts: [/]}"), "it holds everything"));
  CHECK(says(wrong("{skill: tool, mounts: [{path: /srv, mode: w}]}"), "ro or rw"));
  CHECK(says(wrong("{skill: tool, mounts: [{path: /srv, rw: true}]}"), "rw"));
  CHECK(says(wrong("{skill: tool, mounts: [{mode: rw}]}"), "path is missing"));
  CHECK(says(wrong("{skill: tool, ports: [http]}"), "is not a port"));
  CHECK(says(wrong("{skill: tool, variables: ['']}"), "empty"));
  CHECK(says(wrong("{skill: tool, manifest: skills, volumes: [x]}"), "clean path"));
  CHECK(says(wrong("tool"), "table"));
}
