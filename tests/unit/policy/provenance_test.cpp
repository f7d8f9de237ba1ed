// What of the caller's environment a manifest gets: by where values come from, never by how their text looks.
#include <doctest/doctest.h>

#include <algorithm>

#include <skillrun/host_view.hpp>
#include <skillrun/normalize.hpp>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

const std::map<std::string, std::string, std::less<>> environment{
    {"GITHUB_TOKEN", "ghp_0123456789abcdefghijABCDEFGHIJ012345"},
    {"AWS_SECRET_ACCESS_KEY", "swordfish"},
    {"EDITOR", "vi"},
    {"DSN", "postgres://app:s3cr3t-w0rd@db/app"},
    {"SKILL_WORKDIR_X", "/srv/elsewhere"},
    {"LINES", "hidden\nwords"},
    {"ESCAPE", "hidden\x1bwords"},
    {"BYTES", "hidden\xff words"}};

Findings judge_docker(const std::string& docker, const Policy& policy = baseline(), bool caller_has = true) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = "skills.toml", .directory = "/srv/skills", .text = "[skills.tool.docker]\n" + docker + "\n"});
  const auto manifest = parse_manifest(source, ManifestFormat::toml);
  REQUIRE(manifest);
  const MapVariables variables(caller_has ? environment : std::map<std::string, std::string, std::less<>>());
  const CallerContext caller{
      .workdir = "/srv/project", .cwd = "/srv/project", .home = "/home/alice", .uid = 1000, .gid = 1000};
  const auto resolved =
      resolve_skill(*manifest, manifest->skills.front(), {}, caller, variables, UndefinedVariables::warning);
  REQUIRE(resolved);
  return evaluate(policy, with_defaults(policy, normalize(*resolved, {}, caller, variables)), LexicalHost());
}

/// The asks of errors, in words: "variable EDITOR, ...".
std::string asked(const Findings& findings) {
  std::string list;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::error || !finding.ask) continue;
    list +=
        std::string(list.empty() ? "" : ", ") + std::string(to_string(finding.ask->kind)) + " " + finding.ask->subject;
  }
  return list;
}

const std::string busybox = "image = \"busybox:1\"\n";

}  // namespace

TEST_CASE("a secret of the caller's is asked for, however it gets into a value") {
  for (const char* line :
       {R"(environment = ["GITHUB_TOKEN"])", R"(environment = ["A=${GITHUB_TOKEN}"])",
        R"(environment = ["A=x${EDITOR}y${GITHUB_TOKEN:-}"])", R"(environment = ["A=${NONE:-${GITHUB_TOKEN}}"])",
        R"(command = ["--token=${GITHUB_TOKEN}"])", R"(labels = { "com.example.a" = "${GITHUB_TOKEN}" })",
        R"(extra_args = ["--env", "GITHUB_TOKEN"])", R"(extra_args = ["-eA=${GITHUB_TOKEN}"])",
        R"(working_dir = "/${GITHUB_TOKEN}")", R"(hostname = "${GITHUB_TOKEN}")"}) {
    CAPTURE(line);
    CHECK(asked(judge_docker(busybox + line)) == "variable GITHUB_TOKEN");
    // While linting nobody has it: the report is the same.
    CHECK(asked(judge_docker(busybox + line, baseline(), false)) == "variable GITHUB_TOKEN");
  }
}

TEST_CASE("what came out of a variable and cannot be used is shown as the manifest has it") {
  for (const char* docker :
       {R"(environment = ["A=${LINES}"])", R"(environment = ["ESCAPE"])", R"(environment = ["BYTES"])",
        R"(hostname = "${ESCAPE}")", R"(command = ["${BYTES}"])", R"(extra_args = ["--label=a=${ESCAPE}"])"}) {
    CAPTURE(docker);
    const Findings findings = judge_docker(busybox + docker);
    CHECK(std::ranges::find(findings, "control-character", &Finding::rule) != findings.end());
    for (const Finding& finding : findings) CHECK(finding.message.find("hidden") == std::string::npos);
  }
  const Findings literal = judge_docker(busybox + R"(hostname = "plain\u001bwords")");
  const auto found = std::ranges::find(literal, "control-character", &Finding::rule);
  REQUIRE(found != literal.end());
  CHECK(found->message == "'plain\\x1bwords' holds a control character");
}

TEST_CASE("a value that is a secret by its shape counts whatever its variable is called") {
  CHECK(asked(judge_docker(busybox + R"(environment = ["A=${DSN}"])")) == "variable DSN");
  CHECK(asked(judge_docker(busybox + R"(environment = ["DSN"])")) == "variable DSN");
  CHECK(asked(judge_docker(busybox + R"(extra_args = ["--env=A=${DSN}"])")) == "variable DSN");
  CHECK(asked(judge_docker(busybox + R"(command = ["--db", "x ${DSN} y"])")) == "variable DSN");
  CHECK(asked(judge_docker(busybox + R"(labels = { "com.example.a" = "${DSN}" })")) == "variable DSN");
}

TEST_CASE("any variable of the caller's is asked for in an image reference and in a build") {
  CHECK(asked(judge_docker(R"(image = "127.0.0.1:9/x:${EDITOR}")")) == "image-variable EDITOR");
  CHECK(asked(judge_docker(R"(image = "127.0.0.1:9/x:${NONE:-1}")")) == "image-variable NONE");
  CHECK(asked(judge_docker("image = \"x:1\"\nbuild = { context = \".\", args = { A = \"${EDITOR}\" } }")) ==
        "build-variable EDITOR");
  CHECK(asked(judge_docker(
            "image = \"x:1\"\nbuild = { packages = { suite = \"bookworm\", include = [\"a${EDITOR}\"] } }")) ==
        "build-variable EDITOR");
}

TEST_CASE("under restricted any variable of the caller's is asked for; built-in ones never are") {
  CHECK(asked(judge_docker(busybox + R"(environment = ["A=${EDITOR}"])")).empty());
  const std::string strict = asked(judge_docker(busybox + R"(environment = ["A=${EDITOR}"])", restricted()));
  CHECK(strict == "variable EDITOR");
  CHECK(
      asked(judge_docker(busybox + R"(environment = ["A=${HOME}:${UID}:${SKILL_NAME}", "B=$${EDITOR}"])", restricted()))
          .empty());
}

TEST_CASE("a name that begins like the working directory's does not open what it names") {
  const Findings findings = judge_docker(busybox + R"(volumes = ["${SKILL_WORKDIR_X:-./link}:/d:ro"])", restricted());
  CHECK(has(findings, "mount-outside-roots", Severity::error));
}

TEST_CASE("a literal secret stays one beside a variable, and a default is a literal") {
  const auto secret = [](const std::string& entry) {
    return has(judge_docker(busybox + "environment = [\"" + entry + "\"]"), "secret-in-environment", Severity::error);
  };
  CHECK(secret("API_KEY=sk-live-abc${NONE:-}"));
  CHECK(secret("API_KEY=${NONE:-}sk-live-abc"));
  CHECK(secret("API_KEY=${EDITOR}sk-live-abc"));
  CHECK(secret("PASSWORD=${NONE:-changeme}"));
  CHECK(secret("URL=postgres://app:s3cr3t-w0rd@db/${NONE:-app}"));
  CHECK_FALSE(secret("API_KEY=${GITHUB_TOKEN}"));
  CHECK_FALSE(secret("AUTH_TOKEN=Bearer ${GITHUB_TOKEN}"));
  CHECK_FALSE(secret("PASSWORD=${NONE:-}"));
}
