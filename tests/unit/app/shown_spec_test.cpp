// What explain and --dry-run show of values that are not theirs to tell.
#include "app/shown_spec.hpp"

#include <doctest/doctest.h>
#include <algorithm>
#include <map>
#include <string>

#include <skillrun/manifest.hpp>
#include <skillrun/normalize.hpp>
#include <skillrun/policy.hpp>

#include "app/request.hpp"
#include "report/manifest_document.hpp"
#include "support/json.hpp"

using namespace skillrun;

namespace {

const std::string github_token = "ghp_" + std::string(36, 'x');

const MapVariables variables(
    {{"PGPASSWORD", "s3cret"}, {"MY_TOKEN", github_token}, {"LEVEL", "info"}, {"DB_PASSWORD", "1000"}});
const CallerContext caller{.workdir = "/srv", .cwd = "/srv", .home = "/home/u", .uid = 1000, .gid = 1000};

/// A skill that has its secrets from everywhere.
ResolvedSkill secretive_skill() {
  auto source = std::make_shared<SourceText>();
  source->name = "t.toml";
  source->text = R"(version = "1"
[skills.t.docker]
image = "busybox:1.36"
environment = ["PGPASSWORD", "PLAIN=seen", "DB_PASS=written", "HEADER=Bearer ${MY_TOKEN}",
               "B_DSN=Server=db;Uid=app;Pwd=plain-w0rd", "C_DSN=tcp://hidden-host:9000"]
command = ["--token=${MY_TOKEN}", "--level=${LEVEL}"]
labels = {note = "${MY_TOKEN}"}
entrypoint = "/bin/tool-${MY_TOKEN}"
extra_args = ["--log-opt=tag=x${DB_PASSWORD}", "--mount=type=volume,source=vol,target=/v-${DB_PASSWORD}",
              "--hostname=${DB_PASSWORD}", "--cpu-period=100000"]
)";
  const auto manifest = parse_manifest(std::move(source), ManifestFormat::toml);
  REQUIRE(manifest);
  auto skill = resolve_skill(*manifest, manifest->skills.front(), std::nullopt, caller, variables);
  REQUIRE(skill);
  return std::move(*skill);
}

ContainerSpec secretive() {
  RunOverrides overrides;
  overrides.environment = {"API_KEY=typed", "LANG=C"};
  return normalize(secretive_skill(), overrides, caller, variables);
}

}  // namespace

TEST_CASE("neither the request nor the line that is shown holds a value of the caller's or a secret") {
  const ContainerSpec spec = secretive();
  REQUIRE(spec.problems.empty());
  const app::Request request = app::render_request(nullptr, spec, false);
  std::string line;
  for (const std::string& word : request.command.words) line += word + "\n";
  for (const std::string& shown : {request.json, line}) {
    CAPTURE(shown);
    for (const std::string& secret : {std::string("s3cret"), github_token, std::string("written"), std::string("typed"),
                                      std::string("plain-w0rd"), std::string("hidden-host")}) {
      CAPTURE(secret);
      CHECK_FALSE(shown.contains(secret));
    }
    CHECK(shown.contains("PLAIN=seen"));
    CHECK(shown.contains("LANG=C"));
    CHECK(shown.contains("--token=${MY_TOKEN}"));
    CHECK(shown.contains("--level=info"));
    CHECK(shown.contains("/v-${DB_PASSWORD}"));
    CHECK(shown.contains("100000"));
  }
  CHECK(request.json.contains("PGPASSWORD=***"));
  // A secret of digits stands in numbers by chance: the document stays one.
  const json::value document = json::parse(request.json);
  CHECK(document.at("HostConfig").at("CpuPeriod") == 100000);
  CHECK(document.at("HostConfig").at("LogConfig").at("Config").at("tag") == "***");
  CHECK(document.at("Hostname") == "${DB_PASSWORD}");
  CHECK(line.contains("--env=PGPASSWORD\n"));
}

TEST_CASE("what is shown is a copy: what runs keeps its values") {
  const ContainerSpec spec = secretive();
  const ContainerSpec shown = app::shown_spec(spec);
  CHECK(spec.env.size() == shown.env.size());
  CHECK(spec.env.front().value.value == "s3cret");
  CHECK(shown.env.front().value.value == app::hidden_value);
}

TEST_CASE("a table that was resolved is shown with the names of secrets") {
  const std::string shown = json::serialize(docker_document(secretive_skill().docker));
  CHECK_FALSE(shown.contains(github_token));
  CHECK(shown.contains("--token=${MY_TOKEN}"));
  CHECK(shown.contains("--hostname=${DB_PASSWORD}"));
  CHECK(shown.contains("--cpu-period=100000"));
  CHECK(shown.contains("--level=info"));
}

TEST_CASE("what a label asks for names the variable of a secret, not its value") {
  const Findings findings = evaluate(*Policy::builtin("baseline"), secretive(), LexicalHost());
  const auto asked = std::ranges::find_if(
      findings, [](const Finding& finding) { return finding.ask && finding.ask->kind == AskKind::label; });
  REQUIRE(asked != findings.end());
  CHECK(asked->ask->subject == "note=${MY_TOKEN}");
}
