// docker command lines as manifests: nothing is lost, and what comes out means the same.
#include <doctest/doctest.h>
#include <skillrun/normalize.hpp>
#include <skillrun/policy.hpp>

#include "cli/manifest_draft.hpp"

using namespace skillrun;
using namespace skillrun::cli;

namespace {

ManifestDraft draft(std::string_view line, const std::string& name = {}) {
  auto made = draft_from_run(line, name);
  REQUIRE_MESSAGE(made, (made ? std::string() : made.error()));
  return std::move(*made);
}

std::string toml(std::string_view line) { return write_manifest(draft(line), ManifestFormat::toml); }

const CallerContext caller{.workdir = "/work", .cwd = "/work", .home = "/home/user", .uid = 1000, .gid = 1000};

ContainerSpec spec_of(const std::string& text, ManifestFormat format) {
  const auto source = std::make_shared<const SourceText>(SourceText{.name = "x", .directory = "/work", .text = text});
  const auto manifest = parse_manifest(source, format);
  REQUIRE_MESSAGE(manifest, text);
  const MapVariables variables{{{"A", "/value of/A"}}};
  const auto resolved = resolve_skill(*manifest, manifest->skills.at(0), std::nullopt, caller, variables);
  REQUIRE(resolved);
  return normalize(*resolved, {}, caller, variables);
}

}  // namespace

TEST_CASE("flags with a key of their own get it, others stay flags, and arguments are the command") {
  CHECK(toml("docker run --rm -it -v \"$PWD\":/work -w /work -e A=1 -eB --cap-drop ALL -m 64m --cpus=2 --read-only "
             "--init --pid=host --sysctl x=1 alpine:3.20 wc -l 'a b'") ==
        "version = \"1\"\n\n"
        "# docker would connect it to a network; a skill has none unless it asks: network = \"bridge\"\n"
        "[skills.alpine.docker]\n"
        "image = \"alpine:3.20\"\n"
        "command = [\"wc\", \"-l\", \"a b\"]\n"
        "environment = [\"A=1\", \"B\"]\n"
        "working_dir = \"/work\"\n"
        "init = true\n"
        "read_only = true\n"
        "cap_drop = [\"ALL\"]\n"
        "volumes = [\"${SKILL_WORKDIR}:/work\"]\n"
        "memory = \"64m\"\n"
        "cpus = \"2\"\n"
        "extra_args = [\"--pid=host\", \"--sysctl=x=1\"]\n");
}

TEST_CASE("the caller's ids are user = host, and the working directory is the caller's") {
  const std::string made =
      toml("docker run --rm -v $(pwd):/work -v \"$(pwd)/out:/out\" --user $(id -u):$(id -g) alpine:3.20 ls");
  CHECK(made.find("user = \"host\"\n") != std::string::npos);
  CHECK(made.find("volumes = [\"${SKILL_WORKDIR}:/work\", \"${SKILL_WORKDIR}/out:/out\"]\n") != std::string::npos);
  // The group is root's then, as docker has it.
  CHECK(toml("docker run -u $(id -u) alpine:3.20").find("user = \"${UID}\"\n") != std::string::npos);
}

TEST_CASE("the image ends the flags: what looks like one afterwards is the skill's") {
  const ManifestDraft made = draft("docker run alpine --privileged -v /:/host");
  CHECK_FALSE(made.has("extra_args"));
  CHECK_FALSE(made.has("volumes"));
  CHECK(made.has("command"));
}

TEST_CASE("a flag that is given twice is a key once, and two values stay visible") {
  for (const ManifestFormat format : {ManifestFormat::toml, ManifestFormat::yaml}) {
    CHECK(spec_of(write_manifest(draft("docker run --init --init x:1"), format), format).init->value);
  }
  const std::string memory = toml("docker run -m 1g -m 2g x:1");
  CHECK(memory.contains("memory = \"1g\""));
  CHECK(memory.contains("--memory=2g"));
}

TEST_CASE("nothing dangerous is left out") {
  for (const std::string_view flag :
       {"--privileged", "--pid host", "--restart=always", "-d", "--network host", "-v /:/host", "--rm=false",
        "--security-opt seccomp=unconfined", "--env-file x", "--userns=host", "-m 1g -m 2g"}) {
    CAPTURE(flag);
    CHECK(draft("docker run " + std::string(flag) + " x:1").docker.size() > draft("docker run x:1").docker.size());
  }
}

TEST_CASE("the name is the given one, the container's, or the image's") {
  CHECK(draft("docker run --name boss a/b/c:1", "mine").skill == "mine");
  CHECK(draft("docker run --name boss a/b/c:1").skill == "boss");
  CHECK(draft("docker run localhost:5000/b/tool@sha256:" + std::string(64, 'a')).skill == "tool");
}

TEST_CASE("what cannot be a skill's name is asked for") {
  for (const std::string& image : {std::string(2000, 'x'), std::string("'a b'"), std::string("'$X'")}) {
    const auto made = draft_from_run("docker run " + image, {});
    REQUIRE_FALSE(made);
    CHECK(made.error().contains("give one: `skillrun init NAME"));
    CHECK(made.error().size() < 250);
    CHECK(draft_from_run("docker run " + image, "mine"));
  }
}

TEST_CASE("a name that is not a bare key is quoted, so that the manifest reads") {
  for (const char* name : {"a.b", "%=", "a b", "\"", ""}) {
    ManifestDraft made = draft("docker run x:1");
    made.skill = name;
    for (const ManifestFormat format : {ManifestFormat::toml, ManifestFormat::yaml}) {
      const auto source = std::make_shared<const SourceText>(
          SourceText{.name = "x", .directory = {}, .text = write_manifest(made, format)});
      const ManifestReading reading = read_manifest(source, format);
      REQUIRE(reading.manifest.skills.size() == 1);
      CHECK(reading.manifest.skills[0].name == name);
    }
  }
}

TEST_CASE("prompts, sudo, podman and long forms are understood, other commands are not") {
  for (const std::string_view line : {"$ docker run x:1", "sudo docker run x:1", "docker container run x:1",
                                      "podman run x:1", "/usr/bin/docker run x:1"}) {
    CAPTURE(line);
    CHECK(draft(line).skill == "x");
  }
  for (const std::string_view line : {"", "docker ps", "run x", "docker run", "docker run --rm", "docker run -v",
                                      "docker run --frobnicate x", "docker run $(x)", "docker compose run x"}) {
    CAPTURE(line);
    const auto made = draft_from_run(line, {});
    REQUIRE_FALSE(made);
    CHECK(made.error().size() > 10);
  }
}

TEST_CASE("both formats mean the same, and the same as the flags themselves") {
  for (const std::string_view flags :
       {"-v /data:/d:ro -v $A:/a", "-e 'A=$A' -e B=\"$A\" -e 'C=${A}'", "--user 1000:1000 --memory 1g --memory-swap 2g",
        "-p 127.0.0.1:80:80 --network bridge", "--tmpfs /t:size=1m --shm-size 1m --init --read-only",
        "--cap-add CHOWN --cap-drop ALL --security-opt no-new-privileges --pids-limit 5",
        "--label a=b --ulimit nofile=1:2 --sysctl net.core.somaxconn=1 --dns 1.1.1.1 --add-host a:1.2.3.4",
        "--entrypoint /bin/sh --hostname h --group-add 5 --device /dev/null --gpus all --platform linux/amd64",
        "--mount type=bind,src=/a,dst=/b --pid host --stop-signal INT --stop-timeout 5 --privileged"}) {
    CAPTURE(flags);
    const ManifestDraft made = draft("docker run " + std::string(flags) + " x:1 a 'b c'");
    const ContainerSpec from_toml = spec_of(write_manifest(made, ManifestFormat::toml), ManifestFormat::toml);
    const ContainerSpec from_yaml = spec_of(write_manifest(made, ManifestFormat::yaml), ManifestFormat::yaml);
    CHECK(from_toml.problems.empty());
    CHECK(from_yaml.problems.empty());
    CHECK(from_toml.env.size() == from_yaml.env.size());
    CHECK(from_toml.mounts.size() == from_yaml.mounts.size());
    CHECK(from_toml.cap_add.size() == from_yaml.cap_add.size());
  }
  const ContainerSpec spec =
      spec_of(write_manifest(draft("docker run -e 'A=$A' -e B=\"$A\" -e 'C=${A}' x:1"), ManifestFormat::toml),
              ManifestFormat::toml);
  REQUIRE(spec.env.size() == 3);
  CHECK(spec.env[0].value.value == "$A");
  CHECK(spec.env[1].value.value == "/value of/A");
  CHECK(spec.env[2].value.value == "${A}");
}

TEST_CASE("a skill from an image is one that the restricted policy has nothing against but its tag") {
  const std::string text = write_manifest(draft_for_image("tool", "example.org/tool:1"), ManifestFormat::toml);
  const ContainerSpec spec = spec_of(text, ManifestFormat::toml);
  const auto policy = Policy::builtin("restricted");
  for (const Finding& finding : evaluate(*policy, with_defaults(*policy, spec), LexicalHost())) {
    CAPTURE(finding.message);
    CHECK((finding.severity != Severity::error || finding.rule == "image-not-pinned"));
  }
}
