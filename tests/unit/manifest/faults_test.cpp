#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

std::string in_docker(std::string_view keys) { return fmt::format("[skills.x.docker]\nimage = \"a\"\n{}\n", keys); }
std::string in_yaml_docker(std::string_view keys) {
  return fmt::format("skills:\n  x:\n    docker:\n      image: a\n      {}\n", keys);
}

}  // namespace

TEST_CASE("an unknown key is an error that names the closest known one") {
  const Finding docker = only(parse_toml(in_docker("memroy = \"1g\"")));
  CHECK(docker.rule == "unknown-key");
  CHECK(docker.skill == "x");
  CHECK(docker.field == "docker.memroy");
  CHECK(docker.evidence == "memroy");
  CHECK(docker.remediation == "did you mean \"memory\"?");
  CHECK(show(docker.span) == "3:1-3:7");
  CHECK(only(parse_toml(in_docker("cap-drop = [\"ALL\"]"))).remediation == "did you mean \"cap_drop\"?");
  CHECK(only(parse_toml(in_docker("mounts = [{ src = \"a\" }]"))).field == "docker.mounts[0].src");
  CHECK(only(parse_toml(in_docker("build = { contxt = \".\", packages = {} }"))).remediation ==
        "did you mean \"context\"?");
  CHECK(only(parse_toml("version = 1\nskill = 1")).remediation == "did you mean \"skills\"?");
  CHECK(only(parse_toml("version = 1\nxyzzy = 1")).remediation == "known here: version, defaults, skills");
  CHECK(only(parse_toml("version = 1\n[defaults]\nenvironment = {}")).field == "defaults.environment");
  CHECK(only(parse_yaml("skills: {x: {source: 'docker:a', timeout: 5m}}")).field == "timeout");
  CHECK(only(parse_yaml("skills: {x: {source: 'docker:a', instances: {i: {memory: 5m}}}}")).field ==
        "instances.i.memory");
  CHECK(only(parse_yaml("skills: {x: {source: 'docker:a', instances: {i: {capabilities: {network: no}}}}}")).field ==
        "instances.i.capabilities.network");
}

TEST_CASE("all faults of a file are reported at once, in the order of the file") {
  CHECK(faults(parse_toml(R"(version = "2"
other = 1
[defaults.env]
"A=B" = "x"
[skills."a b".docker]
image = 5
privileged = true
[skills.y]
description = 3
)")) == "invalid-value 1:11-1:14 version\n"
        "unknown-key 2:1-2:6 other\n"
        "invalid-value 4:1-4:6 defaults.env.A=B\n"
        "invalid-value 5:9-5:14 a b skills.a b\n"
        "invalid-value 6:9-6:10 a b docker.image\n"
        "unknown-key 7:1-7:11 a b docker.privileged\n"
        "missing-field 8:9-8:10 y docker\n"
        "invalid-value 9:15-9:16 y description\n");
}

TEST_CASE("a value of the wrong type says what was expected, what was found and what to do") {
  const auto message = [](std::string_view keys) {
    const Finding finding = only(parse_toml(in_docker(keys)));
    CHECK(finding.rule == "invalid-value");
    return finding.message + "; " + finding.remediation;
  };
  CHECK(message("network = 1") == "expected a string, found an integer (1); write it in quotes: \"1\"");
  CHECK(message("network = true") == "expected a string, found a boolean (true); write it in quotes: \"true\"");
  CHECK(message("network = []") == "expected a string, found a list; write one string");
  CHECK(message("command = \"ls\"") == "expected a list of strings, found a string (ls); write it as a list: [\"ls\"]");
  CHECK(message("command = [1979-05-27]") ==
        "expected a string, found a date or time (1979-05-27); write it in quotes: \"1979-05-27\"");
  CHECK(message("read_only = \"true\"") == "expected true or false, found a string (true); write it without quotes");
  CHECK(message("read_only = 1") == "expected true or false, found an integer (1); write true or false");
  CHECK(message("labels = [\"a=b\"]") == "expected a table, found a list; write keys and values");
  CHECK(message("mounts = [\"/a:/b\"]") == "expected a table, found a string (/a:/b); write keys and values");
  CHECK(message("labels = { a = 1 }") == "expected a string, found an integer (1); write it in quotes: \"1\"");
  CHECK(message("timeout = 10") == "expected a string, found an integer (10); write it in quotes: \"10\"");
}

TEST_CASE("numbers are taken by their plain decimal spelling only") {
  for (const std::string_view number : {"1_000", "0x10", "0o17", "0b1", "+5", "1e3", "inf", "-nan"}) {
    CAPTURE(number);
    const Finding finding = only(parse_toml(in_docker(fmt::format("cpus = {}", number))));
    CHECK(finding.rule == "invalid-value");
    CHECK(finding.evidence == number);
    CHECK(finding.message.find("plain decimal") != std::string::npos);
  }
  CHECK(good(parse_toml(in_docker("cpus = 1.50"))).skills[0].docker->cpus->value == "1.50");
}

TEST_CASE("a YAML key that wants true or false takes only these words, unquoted") {
  for (const std::string_view word : {"yes", "no", "on", "off", "True", "TRUE", "y", "1", "'true'", "\"false\""}) {
    CAPTURE(word);
    const Finding finding = only(parse_yaml(in_yaml_docker(fmt::format("read_only: {}", word))));
    CHECK(finding.rule == "invalid-value");
    CHECK(finding.message.starts_with("expected true or false"));
  }
  CHECK(good(parse_yaml(in_yaml_docker("read_only: true"))).skills[0].docker->read_only->value);
}

TEST_CASE("a YAML plain scalar is taken as written where a string is wanted, but null is an error") {
  for (const std::string_view word : {"no", "0123", "1_000", "0x1f", "1e3", ".inf", "2024-01-01", "12:30:45", "true"}) {
    CAPTURE(word);
    CHECK(good(parse_yaml(in_yaml_docker(fmt::format("hostname: {}", word)))).skills[0].docker->hostname->value ==
          word);
  }
  for (const std::string_view word : {"", "~", "null", "Null", "NULL"}) {
    CAPTURE(word);
    CHECK(only(parse_yaml(in_yaml_docker(fmt::format("hostname: {}", word)))).message ==
          "expected a string, found nothing (null)");
  }
}

TEST_CASE("a key written twice is found in both formats") {
  CHECK(faults(parse_toml(in_docker("memory = 1\nmemory = 2"))) == "duplicate-key 4:1-4:7 \n");
  CHECK(faults(parse_toml(in_docker("\"memory\" = 1\nx = { \"a b\" = 1, \"a b\" = 2 }"))) ==
        "duplicate-key 4:18-4:23 \n");
  CHECK(faults(parse_toml("[skills.x]\n[skills.x]")) == "duplicate-key 2:1-2:11 \n");
  const auto yaml = parse_yaml(in_yaml_docker("memory: 1\n      bogus: 1\n      \"memory\": 2"));
  CHECK(faults(yaml) ==
        "unknown-key 6:7-6:12 x docker.bogus\n"
        "duplicate-key 7:7-7:15 \n");
}

TEST_CASE("YAML merge keys bring in what a table does not say itself") {
  const auto manifest = parse_yaml(
      "skills:\n  a: {docker: &a {image: 'a', memory: 1g}}\n"
      "  b: {docker: {image: 'b', <<: *a}}\n  c: {docker: {<<: [{cpus: 1}, *a], memory: 2g}}\n");
  REQUIRE(manifest);
  const auto docker = [&](std::size_t i) { return *manifest->skills[i].docker; };
  CHECK(docker(1).image->value == "b");
  CHECK(docker(1).memory->value == "1g");
  CHECK(docker(2).image->value == "a");
  CHECK(docker(2).memory->value == "2g");
  CHECK(docker(2).cpus->value == "1");
  CHECK(faults(parse_yaml("skills: {a: {<<: x, source: 'docker:b'}}")) == "syntax-error 1:18-1:19 \n");
  CHECK(
      faults(parse_yaml("skills: {a: &a {sorce: 'docker:a'}, b: {<<: *a, source: 'docker:b'}}")).find("unknown-key") !=
      std::string::npos);
}

TEST_CASE("YAML tags and second documents are refused") {
  CHECK(faults(parse_yaml("skills: {a: {source: !!str docker:a}}")) == "duplicate-key 1:28-1:36 \n");
  CHECK(faults(parse_yaml("skills: {a: {source: !x 'docker:a'}}")) == "duplicate-key 1:25-1:35 \n");
  CHECK(faults(parse_yaml("skills: {a: {source: !override 'docker:a'}}")).starts_with("duplicate-key"));
  CHECK(faults(parse_yaml("skills: !!map {}")) == "duplicate-key 1:15-1:15 \n");
  CHECK(faults(parse_yaml("skills: !!omap\n  - a: b\n")).starts_with("duplicate-key"));
  CHECK(faults(parse_yaml("skills: {}\n---\nskills: {}\n")) == "duplicate-key 2:1-2:1 \n");
  CHECK(faults(parse_yaml("version: 1\nother: 1\n---\n")) == "unknown-key 2:1-2:6 other\nduplicate-key 3:1-3:1 \n");
}

TEST_CASE("names of skills, instances and variables have a safe alphabet") {
  for (const std::string_view name : {"", " ", "-x", ".x", "_x", "a/b", "a b", "ü", "a:b", "a@b"}) {
    CAPTURE(name);
    CHECK(only(parse_toml(fmt::format("[skills.\"{}\"]\nsource = \"docker:a\"", name))).rule == "invalid-value");
    CHECK(only(parse_toml(fmt::format("[skills.x]\nsource = \"docker:a\"\n[skills.x.instances.\"{}\"]", name))).rule ==
          "invalid-value");
  }
  for (const std::string_view name : {"a\\n", "a\\u0000", "\\u001b[31m", "\\u0085"}) {
    CAPTURE(name);
    const Finding finding = only(parse_toml(fmt::format("[skills.\"{}\"]\nsource = \"docker:a\"", name)));
    CHECK(finding.rule == "control-character");
    CHECK(finding.message.find_first_of("\n\x1b") == std::string::npos);
    CHECK(finding.field.find_first_of("\n\x1b") == std::string::npos);
  }
  const std::string longest(64, 'a');
  CHECK(faults(parse_toml(fmt::format("[skills.{}]\nsource = \"docker:a\"", longest))) == "none");
  CHECK(only(parse_toml(fmt::format("[skills.{}a]\nsource = \"docker:a\"", longest))).rule == "invalid-value");
  CHECK(faults(parse_toml("[skills.0a-b_c.D]\nsource = 1")).find("unknown-key") != std::string::npos);
  for (const std::string_view name : {"", "A=B", "1A", "A B", "-A", "Ü"}) {
    CAPTURE(name);
    CHECK(only(parse_toml(fmt::format("version = 1\n[defaults.env]\n\"{}\" = \"\"", name))).rule == "invalid-value");
  }
  CHECK(only(parse_toml("version = 1\n[defaults.env]\n\"A\\u0000\" = \"\"")).rule == "control-character");
}

TEST_CASE("the version may be left out, and only the known one is read") {
  CHECK(good(parse_toml("version = 1")).version == "1");
  CHECK(good(parse_yaml("version: '1'")).version == "1");
  CHECK(only(parse_toml("version = \"1.0\"\n[skills]")).remediation == "the known version is \"1\"");
  CHECK(only(parse_toml("version = 1.0\n[skills]")).rule == "invalid-value");
  CHECK(only(parse_yaml("version: [1]\nskills: {}")).message == "expected a version, found a list");
  CHECK(only(parse_yaml("version:\nskills: {}")).rule == "invalid-value");
}

TEST_CASE("a skill that runs in a container needs an image when it is loaded") {
  CHECK(faults(parse_toml("[skills.x]\nruntime = \"docker\"")) == "missing-field 1:9-1:10 x docker.image\n");
  CHECK(faults(parse_toml("[skills.x]\ndescription = \"d\"")) == "missing-field 1:9-1:10 x docker\n");
  CHECK(faults(parse_toml("[skills.x.docker]\nmemory = 1")) == "missing-field 1:11-1:17 x docker.image\n");
  CHECK(faults(parse_toml("[skills.x.docker]\n[skills.x.instances.i.docker]\nimage = \"a\"")) == "none");
  CHECK(faults(parse_toml("[skills.x]\nruntime = \"docker\"\nsource = \"docker:a\"")) == "none");
  CHECK(only(parse_toml("[skills.x]\nsource = \"docker:\"")).rule == "invalid-value");
  CHECK(only(parse_toml("[skills.x]\nruntime = \"docker\"\nsource = \"./x.wasm\"")).field == "source");
  CHECK(only(parse_toml("[skills.x]\nsource = \"git:x\"\ndocker = { image = \"a\" }")).field == "source");
  const Finding runtime = only(parse_toml("[skills.x]\nruntime = \"dokcer\""));
  CHECK(runtime.field == "runtime");
  CHECK(runtime.remediation == "did you mean \"docker\"?");
}

TEST_CASE("a build is made from exactly one of a context and packages") {
  CHECK(only(parse_toml(in_docker("build = {}"))).rule == "missing-field");
  CHECK(only(parse_toml(in_docker("build = { context = \".\", packages = {} }"))).rule == "invalid-value");
  CHECK(only(parse_toml(in_docker("build = { context = 1 }"))).field == "docker.build.context");
}

TEST_CASE("the default instance must be declared, unless it is called default") {
  const std::string_view skill =
      "[skills.x]\nsource = \"docker:a\"\ndefault_instance = \"{}\"\n[skills.x.instances.fast]\n";
  CHECK(faults(parse_toml(fmt::format(fmt::runtime(skill), "fast"))) == "none");
  CHECK(faults(parse_toml(fmt::format(fmt::runtime(skill), "default"))) == "none");
  const Finding finding = only(parse_toml(fmt::format(fmt::runtime(skill), "fsat")));
  CHECK(finding.field == "default_instance");
  CHECK(finding.evidence == "fsat");
}

TEST_CASE("evidence holds the value without its quotes") {
  CHECK(only(parse_yaml(in_yaml_docker("read_only: 'yes'"))).evidence == "yes");
  CHECK(only(parse_toml(in_docker("read_only = \"yes\""))).evidence == "yes");
}

TEST_CASE("the number of findings is bounded") {
  std::string text;
  for (int i = 0; i < 600; ++i) text += fmt::format("[skills.s{}]\nk = 1\nl = 1\n", i);
  const auto result = parse_toml(text);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().size() == 1001);
}
