// Values with variables that nobody knows while linting.
#include <algorithm>

#include <doctest/doctest.h>

#include "compose_support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace skillrun::test::compose_unknown {

using namespace skillrun::test::compose;

TEST_CASE("of a mount with a variable that nobody knows all else is judged") {
  const auto error = [](const std::string& volume) {
    return errors(lint("services:\n  a:\n    image: x:1\n    volumes:\n    - " + volume + "\n", files({})));
  };
  CHECK(error("'${DOCKER_SOCK}:/var/run/docker.sock'") == "engine-socket@a ");
  CHECK(error("{type: bind, source: $DOCKER_SOCK, target: /var/run/docker.sock}") == "engine-socket@a ");
  CHECK(error("'${XDG_RUNTIME_DIR}/podman/podman.sock:/run/x.sock'") == "engine-socket@a ");
  CHECK(error("'$SSH_AUTH_SOCK:/agent'") == "agent-socket@a ");
  CHECK(error("'/etc/${X}:/y'") == "sensitive-mount@a ");
  CHECK(error("'/var/run/${S}.sock:/z'") == "sensitive-mount@a ");
  CHECK(error("{type: bind, source: '/etc/${X}', target: /y}") == "sensitive-mount@a ");
  CHECK(error("'/${X}:/y'") == "root-mount@a ");
  CHECK(error("'/etc:${T}'") == "sensitive-mount@a ");
  CHECK(error("'${X}:/etc/passwd'") == "sensitive-target@a ");
  CHECK(error("'./x:/etc/${X}'") == "sensitive-target@a ");
  CHECK(error("'/etc:/y:${MODE}'") == "sensitive-mount@a ");
  CHECK(error("'/etc${X}:/y'") == "sensitive-mount@a ");
  CHECK(error("'x:/etc${X}'") == "sensitive-target@a ");
  CHECK(error("'${A}:/a'\n    - '${B}:/b'\n    - './${A}:/c'\n    - 'd:${A}'\n    - 'd:${B}'\n    - 'v${A}:/v:ro'\n"
              "    - '${A}'\n    - 'x:/d/${A}'\n    - 'x:/d/${B}'\n    - 'x:/d'")
            .empty());
  CHECK(errors(lint("services: {a: {image: 'x:1', volumes: ['n:/n']}}\n"
                    "volumes: {n: {driver: local, driver_opts: {o: bind, device: '/etc/${X}'}}}\n"))
            .contains("sensitive-mount@a"));
  CHECK(errors(lint("services: {a: {image: 'x:1', secrets: [s]}}\nsecrets: {s: {file: '/etc/${X}'}}\n")) ==
        "sensitive-mount@a ");
}

TEST_CASE("however it is written, a host path that nobody knows is said to be one, and so is its variable") {
  for (const char* volume : {"'${FOO}:/data'", "$FOO:/data", "{type: bind, source: $FOO, target: /data}",
                             "{type: bind, source: '${FOO}', target: /data}", "'./${FOO}:/data'"}) {
    CAPTURE(volume);
    const LintedFile file =
        lint("services:\n  a:\n    image: x:1\n    volumes:\n    - " + std::string(volume) + "\n", files({}));
    const auto count = [&](std::string_view rule) { return std::ranges::count(file.findings, rule, &Finding::rule); };
    CHECK(count("unresolved-host-path") == 1);
    CHECK(count("undefined-variable") == 1);
    CHECK(errors(file).empty());
  }
}

TEST_CASE("what is known beside a variable that nobody knows is judged") {
  const auto found = [](const std::string& service) {
    std::set<std::string> rules;
    for (const Finding& finding : lint("services:\n  a:\n    image: x:1\n    " + service + "\n").findings) {
      rules.insert(finding.rule);
    }
    return rules;
  };
  CHECK(found("labels: {traefik.http.routers.a.rule: 'Host(`${HOST}`)'}").contains("obeyed-label"));
  CHECK(found("labels: ['traefik.enable=${ON}']").contains("obeyed-label"));
  CHECK(found("cap_add: ['SYS_${X}']").contains("unresolved-setting"));
  CHECK(found("devices: ['${DEVICE}:/dev/x']").contains("unresolved-setting"));
  CHECK(found("security_opt: ['apparmor:${PROFILE}']").contains("unresolved-setting"));
  CHECK(found("privileged: ${P}").contains("unresolved-setting"));
  CHECK(found("environment: ['DATABASE=postgres://u:hunter2hunter2@${HOST}/db']").contains("secret-in-environment"));
  CHECK(found("ports: ['${IP}:443:443']").contains("port-all-interfaces"));
  CHECK(found("ports: ['127.0.0.1:${PORT}:443']").contains("published-port"));
  CHECK_FALSE(found("ports: ['${PORT}:443']").contains("invalid-value"));
  CHECK_FALSE(found("cap_drop: ['${X}']").contains("unresolved-setting"));
}

TEST_CASE("${NAME:+WORD} is the word where the variable may have a value") {
  const auto error = [](const std::string& service) {
    return errors(lint("services:\n  a:\n    image: x:1\n    " + service + "\n", files({})));
  };
  CHECK(error("volumes: ['${X:+/etc}:/y']") == "sensitive-mount@a ");
  CHECK(error("cap_add: ['${X+SYS_ADMIN}']") == "unresolved-setting@a ");
  CHECK(error("volumes: ['${DATA:+/etc}:/y']") == "sensitive-mount@a ");
  CHECK(error("cap_add: ['${DATA:+SYS_ADMIN}']") == "cap-add-escape@a ");
  CHECK(error("hostname: 'a${DATA:+-${Y:-b$DATA}}'") == "invalid-value@a ");
  CHECK(error("hostname: 'a${X:+-${Y:-b}}'").empty());
  CHECK(error("hostname: '${X:+a'") == "invalid-value@a ");
}

}  // namespace skillrun::test::compose_unknown
