#include "spec/secret_values.hpp"

#include <doctest/doctest.h>

#include <skillrun/host_view.hpp>

#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("a variable is a secret's by the end of its name") {
  for (const char* name : {"PASSWORD", "DB_PASSWORD", "db_password", "API_TOKEN", "TOKEN", "AWS_SECRET_ACCESS_KEY",
                           "GITHUB_TOKEN", "STRIPE_API_KEY", "SSH_PRIVATE_KEY", "PGPASSWORD"}) {
    CAPTURE(name);
    CHECK(is_secret_name(name));
  }
  for (const char* name : {"TOKEN_FILE", "PASSWORD_LENGTH", "MAX_TOKENS", "TOKENIZER", "KEYBOARD", "SECRETARY",
                           "MONKEY", "PATH", "XPASSWORD", "PUBLIC_KEY", ""}) {
    CAPTURE(name);
    CHECK_FALSE(is_secret_name(name));
  }
}

TEST_CASE("tokens and keys are known by their shape") {
  // Put together at run time, so that scanners of this repository do not take them for real ones.
  const std::string tail(40, 'a');
  for (const std::string& value :
       {"ghp_" + tail, "AKIA" + std::string(16, 'Q'), "glpat-" + tail, "xoxb-" + tail, "sk-" + tail, "npm_" + tail,
        "eyJhbGciOi" + tail, "postgres://user:" + tail + "@db/x", "-----BEGIN RSA " + std::string("PRIVATE KEY-----"),
        "Bearer ghp_" + tail}) {
    CAPTURE(value);
    CHECK(has_secret_shape(value));
  }
  for (const std::string& value : std::vector<std::string>{
           "", "hello", "https://example.org/path", "https://user@example.org", "task-" + tail, "sk-short",
           "AKIA-not-a-key", "postgres://db/x?user=a:b@c", "-----BEGIN CERTIFICATE-----"}) {
    CAPTURE(value);
    CHECK_FALSE(has_secret_shape(value));
  }
}

TEST_CASE("switches, empty values and paths are no secrets") {
  for (const char* value : {"", "0", "1", "true", "False", "none", "/run/secrets/token", "/keys/id_rsa"}) {
    CAPTURE(value);
    CHECK(is_plain_value(value));
  }
  for (const char* value : {"hunter2", "changeme", "/aGVsbG8+d29ybGQ=", "t", "12345", "/slash"}) {
    CAPTURE(value);
    CHECK_FALSE(is_plain_value(value));
  }
}

TEST_CASE("the secret itself is never part of a finding") {
  ContainerSpec spec = clean_spec();
  spec.env.push_back(set(EnvironmentEntry{.name = "API_TOKEN", .value = "hunter2hunter2", .from_caller = false},
                         "docker.environment[0]", "API_TOKEN=hunter2hunter2"));
  const Findings findings = evaluate(baseline(), spec, LexicalHost());
  REQUIRE(rules_of(findings) == std::vector<std::string>{"secret-in-environment"});
  const Finding& finding = findings.front();
  for (const std::string& text : {finding.message, finding.evidence, finding.remediation, finding.field}) {
    CHECK(text.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a reference to a variable, a copied variable and the caller's own option are not literals") {
  ContainerSpec spec = clean_spec();
  const EnvironmentEntry entry{.name = "API_TOKEN", .value = "hunter2hunter2", .from_caller = false};
  spec.env.push_back(set(entry, "docker.environment[0]", "API_TOKEN=${API_TOKEN}"));
  spec.env.back().origin.expansions = {{.variable = "API_TOKEN", .begin = 10, .end = 24, .has_value = true}};
  spec.env.push_back({entry, {.kind = OriginKind::command_line, .field = "--env", .span = {}, .text = "API_TOKEN=x"}});
  spec.env.push_back(set(EnvironmentEntry{.name = "API_TOKEN", .value = "v", .from_caller = true},
                         "docker.environment[1]", "API_TOKEN"));
  CHECK_FALSE(has(evaluate(restricted(), spec, LexicalHost()), "secret-in-environment"));
}
