// What a variable stands for is within one part of a mount, whatever it holds.
#include "spec/whole_values.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <skillrun/normalize.hpp>
#include <skillrun/spec.hpp>

namespace skillrun {

namespace {

/// A skill's mounts where SKILL_WORKDIR is `folder` and V is `value`: "type source target ro", or the first problem.
std::string mounts_of(const std::string& docker, const std::string& folder, const std::string& value = "") {
  const CallerContext caller{.workdir = folder, .cwd = folder, .home = "/home/u", .uid = 1000, .gid = 1000};
  const MapVariables environment({{"V", value}});
  auto source = std::make_shared<const SourceText>(
      SourceText{.name = "skills.toml",
                 .directory = "/project",
                 .text = "[skills.x.docker]\nimage = \"busybox:1\"\n" + docker + "\n"});
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  REQUIRE(manifest);
  const auto resolved = resolve_skill(*manifest, manifest->skills.front(), std::nullopt, caller, environment);
  REQUIRE(resolved);
  const ContainerSpec spec = normalize(*resolved, {}, caller, environment);
  if (!spec.problems.empty()) return fmt::format("{}: {}", spec.problems.front().rule, spec.problems.front().message);
  std::string text;
  for (const auto& mount : spec.mounts) {
    text += fmt::format("{} {} {}{}\n", to_string(mount.value.type), mount.value.source, mount.value.target,
                        mount.value.read_only ? " ro" : "");
  }
  return text;
}

const std::vector<std::string> odd_names{"/a:b", "/a:/b:ro", "/a,b",     "/a,readonly",    "/a\"b", "/\"a\"", "/a=b",
                                         "/a b", "/a$b",     "/${HOME}", "/a,target=/etc", "/:",    "/a:rw,z"};

}  // namespace

TEST_CASE("a folder is one part of a mount in every spelling, whatever its name") {
  for (const std::string& folder : odd_names) {
    CAPTURE(folder);
    const std::string writable = fmt::format("bind {} /work\n", folder);
    const std::string read_only = fmt::format("bind {} /work ro\n", folder);
    CHECK(mounts_of("volumes = [\"${SKILL_WORKDIR}:/work\"]", folder) == writable);
    CHECK(mounts_of("volumes = [\"${SKILL_WORKDIR}:/work:ro\"]", folder) == read_only);
    CHECK(mounts_of("extra_args = [\"-v\", \"${SKILL_WORKDIR}:/work:ro\"]", folder) == read_only);
    CHECK(mounts_of("extra_args = [\"--volume=${SKILL_WORKDIR}:/work:ro\"]", folder) == read_only);
    CHECK(mounts_of("extra_args = [\"--mount\", \"type=bind,source=${SKILL_WORKDIR},target=/work,readonly\"]",
                    folder) == read_only);
    CHECK(mounts_of("extra_args = [\"--mount=type=bind,source=${PWD},target=/work,readonly\"]", folder) == read_only);
    CHECK(mounts_of("mounts = [{ type = \"bind\", source = \"${SKILL_WORKDIR}\", target = \"/work\" }]", folder) ==
          writable);
    CHECK(mounts_of("volumes = [\"${SKILL_WORKDIR}/below:/work\"]", folder) ==
          fmt::format("bind {}/below /work\n", folder));
    CHECK(mounts_of("volumes = [\"/data${V}:/work\"]", "/home/u", folder) ==
          fmt::format("bind /data{} /work\n", folder));
  }
}

TEST_CASE("a value adds no part: a mount that would need that is refused") {
  CHECK(mounts_of("volumes = [\"${V}\"]", "/w", "/a:/b").starts_with("invalid-mount: a variable stands for one part"));
  CHECK(
      mounts_of("volumes = [\"/a:${V}\"]", "/w", "/b:ro").starts_with("invalid-mount: a variable stands for one part"));
  CHECK(mounts_of("volumes = [\"/a:/b:${V}\"]", "/w", "ro,z").starts_with("invalid-mount: expected a mode"));
  CHECK(mounts_of("tmpfs = [\"${V}\"]", "/w", "/b:exec").starts_with("invalid-mount: a variable stands for one part"));
  CHECK(mounts_of("tmpfs = [\"/b:${V}\"]", "/w", "exec,suid").starts_with("invalid-mount"));
  CHECK(mounts_of("extra_args = [\"--mount\", \"type=bind,${V}\"]", "/w", "source=/a,target=/b")
            .starts_with("invalid-mount"));
  CHECK(mounts_of("extra_args = [\"--mount\", \"${V},source=/a,target=/b\"]", "/w", "type=bind")
            .starts_with("invalid-mount"));
}

TEST_CASE("values of one part are as before, and what the manifest itself writes as a default has parts") {
  CHECK(mounts_of("volumes = [\"/a:/b:${V}\"]", "/w", "ro") == "bind /a /b ro\n");
  CHECK(mounts_of("volumes = [\"${V}:/b\"]", "/w", "data") == "volume data /b\n");
  CHECK(mounts_of("volumes = [\"${UNSET:-/a:/b:ro}\"]", "/w") == "bind /a /b ro\n");
  CHECK(mounts_of("volumes = [\"${UNSET:-${V}:/b}\"]", "/w", "/x:y") == "bind /x:y /b\n");
  CHECK(mounts_of("tmpfs = [\"/b:size=${V}\"]", "/w", "1m") == "tmpfs  /b\n");
}

TEST_CASE("what is whole is found again as it was") {
  const std::string text = "a:b,\"c=d\"";
  const std::vector<Expansion> all{{.variable = "V", .begin = 0, .end = text.size(), .has_value = true}};
  CHECK(with_values_whole(text, all).find_first_of(":,\"=") == std::string::npos);
  CHECK(as_it_was(with_values_whole(text, all)) == text);
  CHECK(with_values_whole(text, {}) == text);
}

}  // namespace skillrun
