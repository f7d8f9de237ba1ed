// The one call that most embedders need.
#include <doctest/doctest.h>
#include <filesystem>
#include <string>

#include <skillrun/check.hpp>
#include <skillrun/normalize.hpp>

#include "policy_texts.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view two_skills = R"(version = "1"
[skills.good.docker]
image = "busybox:1.36"
memory = "64m"
cpus = "1"
[skills.bad.docker]
image = "busybox:1.36"
extra_args = ["--privileged"]
)";

CheckOptions by_text_alone() {
  static const LexicalHost host;
  static const MapVariables variables({});
  CheckOptions options;
  options.host = &host;
  options.variables = &variables;
  options.caller = CallerContext{.workdir = "/srv", .cwd = "/srv", .home = "/home/u", .uid = 1000, .gid = 1000};
  return options;
}

bool holds(const Verdict& verdict, std::string_view rule) {
  return std::ranges::any_of(verdict.findings, [&](const Finding& finding) { return finding.rule == rule; });
}

}  // namespace

TEST_CASE("a manifest is admitted when each of its skills is") {
  CheckOptions options = by_text_alone();
  const Verdict both = check(two_skills, ManifestFormat::toml, options);
  CHECK_FALSE(both.admitted);
  CHECK(holds(both, "privileged"));
  REQUIRE(both.approved.size() == 1);
  CHECK(both.approved[0].spec().skill == "good");
  options.skill = "good";
  CHECK(check(two_skills, ManifestFormat::toml, options).admitted);
  options.skill = "bad";
  CHECK(check(two_skills, ManifestFormat::toml, options).approved.empty());
}

TEST_CASE("what cannot be read, or is not there, is refused with a finding that says so") {
  CheckOptions options = by_text_alone();
  const Verdict broken = check("version = ", ManifestFormat::toml, options);
  CHECK_FALSE(broken.admitted);
  CHECK(holds(broken, "syntax-error"));
  CHECK_FALSE(
      check("version = \"1\"\n[skills.x.docker]\nimage = \"x\"\nmemry = \"1m\"\n", ManifestFormat::toml, options)
          .admitted);
  options.skill = "absent";
  const Verdict absent = check(two_skills, ManifestFormat::toml, options);
  CHECK_FALSE(absent.admitted);
  REQUIRE(absent.findings.size() == 1);
  CHECK(absent.findings[0].message == "the manifest has no skill 'absent'");
  options.skill.clear();
  CHECK_FALSE(check("version = \"1\"\n", ManifestFormat::toml, options).admitted);
  CHECK_FALSE(check("", ManifestFormat::yaml, options).admitted);
  options.instance = "no-such-instance";
  CHECK_FALSE(check(two_skills, ManifestFormat::toml, options).admitted);
}

TEST_CASE("a skill at fault takes no approval from the others of its file") {
  constexpr std::string_view manifest = R"(version = "1"
[skills.native]
runtime = "native"
[skills.misspelt.docker]
image = "busybox:1.36"
memry = "64m"
[skills.notable]
docker = 3
[skills.good.docker]
image = "busybox:1.36"
memory = "64m"
cpus = "1"
)";
  CheckOptions options = by_text_alone();
  const Verdict all = check(manifest, ManifestFormat::toml, options);
  CHECK_FALSE(all.admitted);
  CHECK(holds(all, "unknown-key"));
  CHECK(holds(all, "invalid-value"));
  CHECK(holds(all, "unsupported-runtime"));
  REQUIRE(all.approved.size() == 1);
  CHECK(all.approved[0].spec().skill == "good");
  options.skill = "good";
  const Verdict one = check(manifest, ManifestFormat::toml, options);
  CHECK(one.admitted);
  CHECK_FALSE(holds(one, "unknown-key"));
  for (const char* at_fault : {"misspelt", "notable"}) {
    options.skill = at_fault;
    CHECK_FALSE(check(manifest, ManifestFormat::toml, options).admitted);
  }
}

TEST_CASE("what is wrong with the file as a whole leaves no skill of it approved") {
  CheckOptions options = by_text_alone();
  options.skill = "good";
  const std::string manifest = "[skills.good.docker]\nimage = \"busybox:1.36\"\n";
  for (const char* line : {"version = \"2\"\n", "limits = 1\n", "[defaults]\nmemory = \"1g\"\n"}) {
    CAPTURE(line);
    const Verdict verdict = check(line + manifest, ManifestFormat::toml, options);
    CHECK_FALSE(verdict.admitted);
    CHECK(verdict.approved.empty());
  }
}

TEST_CASE("this machine is consulted unless the caller says otherwise") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  fs::create_directory_symlink("/etc", root + "/link");
  const std::string manifest =
      "version = \"1\"\n[skills.s.docker]\nimage = \"busybox:1.36\"\nvolumes = [\"" + root + "/link:/x:ro\"]\n";
  CheckOptions options;
  options.caller = CallerContext{.workdir = root, .cwd = root, .home = "/home/u", .uid = 1000, .gid = 1000};
  CHECK(holds(check(manifest, ManifestFormat::toml, options), "sensitive-mount"));
  const LexicalHost text_alone;
  options.host = &text_alone;
  CHECK_FALSE(holds(check(manifest, ManifestFormat::toml, options), "sensitive-mount"));
}

TEST_CASE("a spec made by hand gets the policy's defaults and is judged like a manifest's") {
  const LexicalHost host;
  CheckOptions options;
  options.host = &host;
  options.policy = Policy::builtin("restricted");
  ContainerSpec spec;
  spec.skill = "made";
  spec.image.value = *parse_image_reference("busybox:1.36");
  CHECK_FALSE(check(spec, options).admitted);
  options.policy = nullptr;
  const Verdict verdict = check(spec, options);
  REQUIRE(verdict.admitted);
  CHECK(verdict.approved.at(0).spec().network_mode->value.kind == NetworkKind::none);
  CHECK(verdict.approved.at(0).policy() == "baseline");
  spec.privileged = Setting<bool>{true, {}};
  CHECK_FALSE(check(spec, options).admitted);
}

}  // namespace skillrun::test
