#include <filesystem>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

const MapVariables no_variables(Values{});

CallerContext caller() {
  return {.workdir = "/home/u/job/dir", .cwd = "/home/u/job", .home = "/home/u", .uid = 1000, .gid = 100};
}

std::expected<ResolvedSkill, Findings> resolve(const Manifest& manifest, std::optional<std::string_view> instance = {},
                                               const VariableSource& variables = no_variables,
                                               UndefinedVariables undefined = UndefinedVariables::error) {
  return resolve_skill(manifest, manifest.skills.at(0), instance, caller(), variables, undefined);
}

std::string env(const ResolvedSkill& skill) {
  std::string text;
  for (const WrittenEntry& entry : skill.env.entries) text += entry.key.value + "=" + entry.value.value + " ";
  return text;
}

}  // namespace

TEST_CASE("an instance's docker table replaces the skill's fields one by one") {
  const Manifest manifest = good(parse_toml(R"(
[skills.x.docker]
image = "a"
memory = "1g"
command = ["one", "two"]
read_only = true
labels = { a = "1" }
[skills.x.instances.i.docker]
memory = "2g"
command = []
read_only = false
labels = { b = "2" }
)"));
  const auto plain = resolve(manifest);
  REQUIRE(plain);
  CHECK_FALSE(plain->instance.has_value());
  CHECK(plain->docker.memory->value == "1g");
  CHECK(plain->docker.command->items.size() == 2);
  const auto instance = resolve(manifest, "i");
  REQUIRE(instance);
  CHECK(instance->instance == "i");
  CHECK(instance->docker.image->value == "a");
  CHECK(instance->docker.memory->value == "2g");
  CHECK(instance->docker.command->items.empty());
  CHECK_FALSE(instance->docker.read_only->value);
  CHECK(instance->docker.labels->entries.at(0).key.value == "b");
  CHECK(instance->docker.labels->entries.size() == 1);
}

TEST_CASE("env is laid over: defaults, then the skill, then the instance") {
  const Manifest manifest = good(parse_toml(R"(
[defaults.env]
A = "default"
B = "default"
C = "${NOT_SET}"
[skills.x]
source = "docker:a"
env = { B = "skill", C = "skill", D = "skill" }
config = { q = "high", r = "${UID}" }
[skills.x.instances.i]
env = { D = "instance" }
config = { q = "low" }
)"));
  const auto plain = resolve(manifest);
  REQUIRE(plain);
  CHECK(env(*plain) == "A=default B=skill C=skill D=skill ");
  CHECK(plain->source_image->value == "a");
  const auto instance = resolve(manifest, "i");
  REQUIRE(instance);
  CHECK(env(*instance) == "A=default B=skill C=skill D=instance ");
  CHECK(instance->config.entries.at(0).value.value == "low");
  CHECK(instance->config.entries.at(1).value.value == "1000");
}

TEST_CASE("the given instance is chosen, else the default one, else none") {
  const Manifest manifest = good(parse_toml(R"(
[skills.x]
source = "docker:a"
default_instance = "one"
description = "skill"
[skills.x.instances.one]
[skills.x.instances.two]
description = "two"
capabilities = { network_access = false, allowed_paths = ["${SKILL_WORKDIR}"] }
)"));
  CHECK(resolve(manifest)->instance == "one");
  CHECK(resolve(manifest)->description->value == "skill");
  const auto two = resolve(manifest, "two");
  REQUIRE(two);
  CHECK(two->description->value == "two");
  CHECK_FALSE(two->capabilities.network_access->value);
  CHECK(two->capabilities.allowed_paths->items.at(0).value == "/home/u/job/dir");
  CHECK_FALSE(resolve(manifest, "default")->instance.has_value());
  const Finding unknown = only(resolve(manifest, "twoo"));
  CHECK(unknown.rule == "invalid-value");
  CHECK(unknown.remediation == "did you mean \"two\"?");
  CHECK(unknown.message == "the skill \"x\" has no instance \"twoo\"");
}

TEST_CASE("an instance has the capabilities of the file where it does not say its own") {
  const Manifest manifest = good(parse_toml(R"(
[defaults.capabilities]
network_access = false
allowed_paths = ["${SKILL_WORKDIR}/all"]
[skills.x]
source = "docker:a"
[skills.x.instances.online.capabilities]
network_access = true
[skills.x.instances.narrow.capabilities]
allowed_paths = ["/srv/own"]
)"));
  const auto none = resolve(manifest);
  REQUIRE(none);
  CHECK_FALSE(none->default_capabilities.network_access->value);
  CHECK(none->default_capabilities.allowed_paths->items.at(0).value == "/home/u/job/dir/all");
  const auto online = resolve(manifest, "online");
  REQUIRE(online);
  CHECK(online->capabilities.network_access->value);
  CHECK_FALSE(online->default_capabilities.network_access);
  CHECK(online->default_capabilities.allowed_paths);
  const auto narrow = resolve(manifest, "narrow");
  REQUIRE(narrow);
  CHECK(narrow->capabilities.allowed_paths->items.at(0).value == "/srv/own");
  CHECK_FALSE(narrow->default_capabilities.allowed_paths);
}

TEST_CASE("variables are expanded in every string of the docker table") {
  const Manifest manifest = good(parse_yaml(R"(
skills:
  x:
    env: {E: "${V}"}
    docker:
      image: "i-${V}"
      entrypoint: "${V}"
      command: ["${V}", "$V", "$${V}"]
      labels: {"${V}": "${V}"}
      mounts: [{source: "${V}", target: "/${V}"}]
      build: {context: "${V}", args: {A: "${V}"}}
      read_only: true
)"));
  const auto skill = resolve(manifest, {}, MapVariables(Values{{"V", "v"}}));
  REQUIRE(skill);
  CHECK(env(*skill) == "E=v ");
  CHECK(skill->docker.image->value == "i-v");
  CHECK(skill->docker.image->written == "i-${V}");
  CHECK(skill->docker.image->evidence() == "i-${V}");
  CHECK(skill->docker.entrypoint->value == "v");
  CHECK(skill->docker.command->items[0].value == "v");
  CHECK(skill->docker.command->items[1].value == "$V");
  CHECK(skill->docker.command->items[1].written.empty());
  CHECK(skill->docker.command->items[2].value == "${V}");
  CHECK(skill->docker.labels->entries[0].key.value == "${V}");
  CHECK(skill->docker.labels->entries[0].value.value == "v");
  CHECK(skill->docker.mounts->items[0].target->value == "/v");
  CHECK(skill->docker.build->context->value == "v");
  CHECK(skill->docker.build->args->entries[0].value.value == "v");
  CHECK(manifest.skills[0].docker->image->value == "i-${V}");
}

TEST_CASE("the built-in variables win over the environment") {
  const Manifest manifest = good(parse_toml(R"(
[skills.x.docker]
image = "a"
command = ["${SKILL_WORKDIR}|${SKILL_NAME}|${SKILL_DIR}|${HOME}|${UID}|${GID}|${PWD}"]
)"));
  const MapVariables environment(
      {{"SKILL_WORKDIR", "/"}, {"HOME", "/"}, {"PWD", "/"}, {"UID", "0"}, {"SKILL_DIR", "/"}});
  CHECK(resolve(manifest, {}, environment)->docker.command->items[0].value ==
        "/home/u/job/dir|x|/srv/skills|/home/u|1000|100|/home/u/job");
}

TEST_CASE("a built-in variable without a value is unset, whatever the environment says") {
  const Manifest manifest = good(parse_toml("[skills.x.docker]\nimage = \"a\"\ncommand = [\"${HOME}\"]\n"));
  CallerContext homeless = caller();
  homeless.home.clear();
  const MapVariables environment(Values{{"HOME", "/somewhere"}});
  CHECK(only(resolve_skill(manifest, manifest.skills[0], {}, homeless, environment)).rule == "undefined-variable");
}

TEST_CASE("an expanded value adds nothing but text") {
  const Manifest manifest = good(parse_toml("[skills.x.docker]\nimage = \"a\"\ncommand = [\"${V}\"]\n"));
  const auto skill = resolve(manifest, {}, MapVariables(Values{{"V", "x\", \"y\"]\nprivileged = true\n#${HOME}"}}));
  REQUIRE(skill);
  REQUIRE(skill->docker.command->items.size() == 1);
  CHECK(skill->docker.command->items[0].value == "x\", \"y\"]\nprivileged = true\n#${HOME}");
}

TEST_CASE("every variable without a value and every wrong reference is reported, with its place") {
  const Manifest manifest = good(parse_toml(R"([defaults.env]
A = "${ONE}"
[skills.x.docker]
image = "a"
volumes = ["/a:/b", "${TWO:?say where}:/c"]
memory = "${"
[skills.x.instances.i]
env = { B = "${THREE}" }
docker = { cpus = "${FOUR}" }
)"));
  CHECK(faults(resolve(manifest)) ==
        "undefined-variable 2:5-2:13 x defaults.env.A\n"
        "undefined-variable 5:21-5:43 x docker.volumes[1]\n"
        "invalid-value 6:10-6:14 x docker.memory\n");
  const auto instance = resolve(manifest, "i");
  CHECK(faults(instance) ==
        "undefined-variable 2:5-2:13 x defaults.env.A\n"
        "undefined-variable 5:21-5:43 x docker.volumes[1]\n"
        "invalid-value 6:10-6:14 x docker.memory\n"
        "undefined-variable 8:13-8:23 x instances.i.env.B\n"
        "undefined-variable 9:19-9:28 x instances.i.docker.cpus\n");
  CHECK(instance.error()[1].message == "the variable \"TWO\" is not set: say where");
  CHECK(instance.error()[1].evidence == "${TWO:?say where}:/c");
  CHECK(instance.error()[1].instance == "i");
}

TEST_CASE("while linting, a variable without a value is a warning and nothing in its text, a wrong ${ an error") {
  const Manifest manifest = good(parse_toml("[skills.x.docker]\nimage = \"a\"\nvolumes = [\"${V}:/v\"]\n"));
  const auto skill = resolve(manifest, {}, no_variables, UndefinedVariables::warning);
  REQUIRE(skill);
  CHECK(show(skill->warnings) == "undefined-variable 3:12-3:21 x docker.volumes[0]\n");
  CHECK(skill->warnings[0].severity == Severity::warning);
  CHECK(skill->docker.volumes->items[0].undefined);
  CHECK(skill->docker.volumes->items[0].value == ":/v");
  CHECK(skill->docker.volumes->items[0].evidence() == "${V}:/v");
  const Manifest wrong = good(parse_toml("[skills.x.docker]\nimage = \"${V} ${\"\n"));
  const auto rest = resolve(wrong, {}, no_variables, UndefinedVariables::warning);
  REQUIRE(rest);
  CHECK(show(rest->warnings) == "invalid-value 2:9-2:18 x docker.image\n");
  CHECK(rest->warnings[0].severity == Severity::error);
  CHECK(rest->docker.image->undefined);
  CHECK(only(resolve(wrong)).rule == "invalid-value");
}

TEST_CASE("a skill that is not a container does not resolve") {
  const Manifest manifest = good(parse_toml("[skills.x]\nsource = \"./x.wasm\"\n"));
  const Finding finding = only(resolve(manifest));
  CHECK(finding.rule == "unsupported-runtime");
  CHECK(finding.severity == Severity::error);
}

TEST_CASE("an image that only an instance sets is missed without that instance") {
  const Manifest manifest = good(parse_toml("[skills.x.docker]\n[skills.x.instances.i.docker]\nimage = \"a\"\n"));
  CHECK(only(resolve(manifest)).rule == "missing-field");
  CHECK(resolve(manifest, "i")->docker.image->value == "a");
}

TEST_CASE("the caller's context is made of absolute paths") {
  const CallerContext here = CallerContext::current();
  CHECK(here.workdir == here.cwd);
  CHECK(std::filesystem::path(here.cwd).is_absolute());
  CHECK(CallerContext::current("/a/./b/../c/").workdir == "/a/c");
  CHECK(CallerContext::current("x").workdir == (here.cwd == "/" ? "/x" : here.cwd + "/x"));
  CHECK(CallerContext::current("/").workdir == "/");
}
