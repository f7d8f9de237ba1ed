// What policy refuses never runs, and the caller learns everything about it at once.
#include <algorithm>

#include <doctest/doctest.h>

#include "world.hpp"

using namespace integration;
namespace json = skillrun::json;

namespace {

std::vector<std::string> error_rules(const json::object& document) {
  std::vector<std::string> rules;
  for (const json::value& finding : document.at("findings").as_array()) {
    if (finding.at("severity") == "error") rules.emplace_back(finding.at("rule").as_string());
  }
  return rules;
}

bool has(const std::vector<std::string>& rules, std::string_view rule) {
  return std::ranges::find(rules, rule) != rules.end();
}

}  // namespace

TEST_SUITE_BEGIN("conformance");

TEST_CASE_FIXTURE(World, "a refusal names every rule, place, value and remedy") {
  manifest(
      busybox_skill("network = \"host\"\nvolumes = [\"/:/host\", \"/var/run/docker.sock:/s\", \"/etc/shadow:/x\"]"));
  const Result result = result_of({"t", "--", "echo", "ran"});
  CHECK(result.outcome.status == 126);
  CHECK(result.status() == "refused");
  CHECK(result.outcome.out == "");
  const auto rules = error_rules(result.document);
  for (const char* rule : {"host-network", "root-mount", "engine-socket", "sensitive-mount"}) {
    CHECK_MESSAGE(has(rules, rule), rule);
    CHECK(contains(result.outcome.err, rule));
  }
  CHECK(contains(result.outcome.err, "skills.toml:8:11"));
  CHECK(contains(result.outcome.err, "/etc/shadow"));
  for (const json::value& finding : result.document.at("findings").as_array()) {
    if (finding.at("severity") == "error") CHECK_FALSE(finding.at("remediation").as_string().empty());
  }
}

TEST_CASE_FIXTURE(World, "what an engine cannot honour is said alike by run, explain, --dry-run and lint --engine") {
  manifest(busybox_skill("extra_args = [\"--domainname=films.example\"]"));
  const bool honoured = !engine_path().is_podman();
  const auto said = [&](const Outcome& outcome) {
    CAPTURE(outcome.out + outcome.err);
    return contains(outcome.out + outcome.err, "this podman cannot honour domainname") == !honoured;
  };
  const std::string file = folder() / "skills.toml";

  const Result ran = result_of({"t", "--", "echo", "ran"});
  CHECK(ran.outcome.status == (honoured ? 0 : 126));
  CHECK(has(error_rules(ran.document), "unenforced-field") == !honoured);
  CHECK(containers().empty());

  const Outcome explained = skillrun({"explain", "--format", "json", "t"});
  CHECK(explained.status == (honoured ? 0 : 126));
  const json::object document = json::parse(explained.out).as_object();
  CHECK(document.at("verdict") == (honoured ? "allowed" : "refused"));
  CHECK(document.at("request").is_null() == !honoured);
  CHECK(has(error_rules(document), "unenforced-field") == !honoured);

  const Outcome dry = skillrun({"run", "--dry-run", "t"});
  CHECK(dry.status == (honoured ? 0 : 126));
  CHECK(said(dry));

  // --engine is part of every command line here.
  const Outcome linted = skillrun({"lint", file});
  CHECK(linted.status == (honoured ? 0 : 1));
  CHECK(said(linted));
  const Outcome by_text = run({.argv = {command({}).argv.front(), "lint", file}, .directory = work()});
  CHECK(by_text.status == 0);
}

TEST_CASE_FIXTURE(World, "an engine that lint is asked to judge by and that does not answer is an error") {
  manifest(busybox_skill());
  const Outcome outcome =
      run({.argv = {command({}).argv.front(), "--engine", "unix:///nonexistent.sock", "lint", folder() / "skills.toml"},
           .directory = work()});
  CHECK(outcome.status == 2);
  CHECK(contains(outcome.err, "unix:///nonexistent.sock"));
}

TEST_CASE_FIXTURE(World, "dangerous flags in extra_args are refused in every spelling") {
  for (const char* words :
       {"\"--privileged\"", "\"--privileged=true\"", "\"--net\", \"host\"", "\"--network=name=host\"", "\"-v/:/h\"",
        "\"--volume\", \"/:/h\"", "\"--mount=type=bind,src=/,dst=/h\"", "\"--pid=host\"", "\"--device=/dev/sda\"",
        "\"--volumes-from=x\"", "\"--use-api-socket\"", "\"--cap-add=SYS_ADMIN\"",
        "\"--security-opt=seccomp=unconfined\"", "\"--\"", "\"positional\"", "\"--no-such-flag\"", "\"--memory\""}) {
    manifest(busybox_skill("extra_args = [" + std::string(words) + "]"));
    const Outcome outcome = skillrun({"t", "--", "echo", "ran"});
    CHECK_MESSAGE(outcome.status == 126, words, ": ", outcome.err);
    CHECK(outcome.out == "");
  }
}

TEST_CASE_FIXTURE(World, "an image that looks like a flag is refused") {
  manifest(busybox_skill("", "--privileged"));
  const Outcome outcome = skillrun({"t", "--", "busybox", "true"});
  CHECK(outcome.status == 126);
  CHECK(contains(outcome.err, "image-reference-invalid"));
}

TEST_CASE_FIXTURE(World, "a variable cannot smuggle a mount option or a flag in") {
  manifest(busybox_skill("volumes = [\"${PLACE}:/workdir:ro\"]"));
  Command full = command({"t", "--", "true"});
  full.environment["PLACE"] = "/:/host:rw,x";
  CHECK(run(full).status == 126);
  manifest(busybox_skill("hostname = \"${NAME}\""));
  full.environment["NAME"] = "a\n--privileged";
  const Outcome outcome = run(full);
  CHECK(outcome.status == 126);
  CHECK(contains(outcome.err, "control-character"));
}

TEST_CASE_FIXTURE(World, "nothing is pulled for a skill that is refused") {
  const std::string image = variable("SKILLRUN_TEST_REGISTRY") + "/busybox:1";
  (void)engine_client({"rmi", "--force", image});
  manifest(busybox_skill("network = \"host\"", image));
  CHECK(script("true").status == 126);
  CHECK(engine_client({"image", "inspect", image}).status != 0);
}

TEST_CASE_FIXTURE(World, "a policy that cannot be read refuses everything") {
  write_file(folder() / "policy.yaml", "name: [\n");
  const Outcome outcome = script("echo ran", {"--policy", folder() / "policy.yaml"});
  CHECK(outcome.status != 0);
  CHECK(outcome.out == "");
}

TEST_CASE_FIXTURE(World, "explain says what would run and runs nothing") {
  manifest(busybox_skill("pids_limit = 77"));
  const Outcome outcome = skillrun({"explain", "--format", "json", "t", "--", "echo", "ran"});
  CHECK(outcome.status == 0);
  const json::object document = json::parse(outcome.out).as_object();
  CHECK(document.at("verdict") == "allowed");
  CHECK(document.at("request").at("HostConfig").at("PidsLimit") == 77);
  CHECK(document.at("spec").at("pids_limit").at("value") == 77);
}

TEST_CASE_FIXTURE(World, "a dry run prints the request and runs nothing") {
  const Outcome outcome = skillrun({"run", "--dry-run", "t", "--", "sh", "-c", "echo really-ran > /dev/stderr"});
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.out, (engine_path().is_native() ? "docker" : engine_path().program) + " run "));
  CHECK_FALSE(contains(outcome.err, "really-ran\n"));
}

TEST_SUITE_END();
