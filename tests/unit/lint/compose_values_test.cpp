// How values of a Compose file are read, and in whose words it is spoken of.
#include <doctest/doctest.h>

#include "compose_support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace skillrun::test::compose_values {

using namespace skillrun::test::compose;

TEST_CASE("true and false are what Compose takes for them") {
  const auto error = [](const std::string& service) {
    return errors(lint("services:\n  a:\n    image: x:1\n    " + service + "\n", files({})));
  };
  for (const char* yes :
       {"true", "True", "TRUE", "yes", "Yes", "on", "ON", "y", "'true'", "\"yes\"", "!!bool true", "'${X:-yes}'"}) {
    CAPTURE(yes);
    CHECK(error("privileged: " + std::string(yes)) == "privileged@a ");
    CHECK(error("build: {context: ., privileged: " + std::string(yes) + "}") == "privileged@a ");
    CHECK(error("use_api_socket: " + std::string(yes)) == "engine-socket@a ");
  }
  for (const char* no : {"false", "False", "no", "OFF", "n", "'no'", "'${X:-off}'"}) {
    CAPTURE(no);
    CHECK(error("privileged: " + std::string(no)).empty());
    CHECK(error("build: {context: ., privileged: " + std::string(no) + "}").empty());
  }
  CHECK(error("privileged: maybe") == "invalid-value@a ");
  CHECK(error("networks: [h]\nnetworks: {h: {external: True, name: host}}") == "host-network@a ");
}

TEST_CASE("an address of a port may be empty, or one of IPv6 without brackets") {
  const auto found = [](const std::string& port) {
    std::set<std::string> rules;
    const LintedFile file = lint("services: {a: {image: 'x:1', ports: ['" + port + "']}}\n");
    for (const Finding& finding : file.findings) rules.insert(finding.rule);
    CHECK_FALSE(rules.contains("invalid-value"));
    return rules;
  };
  CHECK(found("${BIND:-}:8443:443").contains("port-all-interfaces"));
  CHECK(found(":8080:80").contains("port-all-interfaces"));
  CHECK(found("::80").contains("port-all-interfaces"));
  CHECK(found("::1:8080:80").contains("published-port"));
  CHECK_FALSE(found("::1:8080:80").contains("port-all-interfaces"));
  CHECK(found(":::8080:80").contains("port-all-interfaces"));
}

TEST_CASE("the tags of YAML are read as it means them") {
  const std::string text =
      "x-base: &base !!map\n  cap_add: !!seq [!!str SYS_ADMIN]\n"
      "services:\n  a:\n    !!merge <<: *base\n    image: !!str x:1\n    pids_limit: !!int 5\n    "
      "privileged: !!bool True\n    hostname: !!null x\n";
  CHECK(errors(lint(text)) == "cap-add-escape@a privileged@a ");
  for (const char* tag : {"!!binary", "!!set", "!!python/object", "!x", "!!seq"}) {
    CAPTURE(tag);
    CHECK(errors(lint("services: {a: {image: " + std::string(tag) + " 'x:1'}}\n")).contains("duplicate-key@"));
  }
}

TEST_CASE("what is to be done about a service is said in the words of its file") {
  const LintedFile file = lint(
      "services:\n  a:\n    image: x:1\n    ports: ['80:80']\n    environment: {API_TOKEN: hunter2hunter2}\n"
      "    labels: {traefik.enable: 'true'}\n    volumes: ['/opt/x:/x']\n");
  std::set<std::string> remedies;
  for (const Finding& finding : file.findings) {
    CAPTURE(finding.rule);
    for (const char* word : {" = ", "skillrun", "--env", ", or grant", "the skill"}) {
      CHECK_FALSE(finding.remediation.contains(word));
      CHECK_FALSE(finding.message.contains(word));
    }
    remedies.insert(finding.remediation);
  }
  CHECK(remedies.contains("write security_opt: [\"no-new-privileges\"]"));
  CHECK(remedies.contains("write mem_limit: \"512m\", or what the tool needs"));
  CHECK(remedies.contains("write user: \"1000:1000\", or another number"));
}

}  // namespace skillrun::test::compose_values
