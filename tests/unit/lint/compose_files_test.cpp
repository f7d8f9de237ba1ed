// What a Compose file may bring in, and how much of it.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "lint/compose/compose.hpp"
#include "lint/compose/repository.hpp"
#include "support.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace {

/// Files that are nowhere but in the test.
ComposeRepository files(std::map<std::string, std::string> texts) {
  return {.read = [texts = std::move(texts)](const SourceText&,
                                             const std::string& path) -> std::expected<SourcePtr, std::string> {
            const auto found = texts.find(path);
            if (found == texts.end()) return std::unexpected("is not there");
            return source_of(found->second, path);
          },
          .root = "/srv/repository"};
}

LintedFile lint(const std::string& text, const ComposeRepository& repository = {},
                const std::string& name = "compose.yaml") {
  const Context context;
  return lint_compose(source_of(text, name), name, repository, context.context);
}

/// The rules of the errors, once each, with the service.
std::string errors(const LintedFile& file) {
  std::set<std::string> rules;
  for (const Finding& finding : file.findings) {
    if (finding.severity == Severity::error) rules.insert(finding.rule + "@" + finding.skill);
  }
  std::string text;
  for (const std::string& rule : rules) text += rule + " ";
  return text;
}

}  // namespace

TEST_CASE("a base in another file is judged with its paths where they are") {
  const ComposeRepository repository =
      files({{"sub/base.yaml", "services: {b: {image: a:1, volumes: ['./x:/x', '../../up:/up', 'n:/n'], build: .}}"}});
  const LintedFile file = lint("services:\n  a:\n    extends: {file: sub/base.yaml, service: b}\n", repository);
  std::string mounts;
  for (const Finding& finding : file.findings) {
    if (finding.rule == "writable-mount" || finding.rule == "mount-outside-roots") mounts += finding.message + "\n";
    CHECK(finding.source->name == "compose.yaml");
  }
  CHECK(mounts.contains("'/srv/repository/sub/x'"));
  CHECK(mounts.contains("'/srv/up'"));
}

TEST_CASE("a report does not tell which files there are outside of the repository") {
  const TemporaryFolder folder;
  const std::filesystem::path top = folder.path();
  const std::filesystem::path outside = top / "outside.yaml";
  std::ofstream(outside) << "services: {}\n";
  const std::filesystem::path repository = top / "repository";
  std::filesystem::create_directories(repository / ".git");
  std::filesystem::create_symlink(outside, repository / "link.yaml");
  std::filesystem::create_directory_symlink(top, repository / "up");
  const std::string path = (repository / "compose.yaml").string();
  std::ofstream(path) << "services: {}\n";

  const auto why = [&](std::string_view name) {
    const auto source = read_source(path);
    REQUIRE(source);
    const auto read = repository_around(**source, "").read(**source, std::string(name));
    REQUIRE_FALSE(read);
    return read.error();
  };
  for (const char* name : {"../outside.yaml", "../nothing.yaml", "../no/folder.yaml", "link.yaml", "up/outside.yaml",
                           "up/nothing.yaml", "/etc/hostname", "/nothing"}) {
    CAPTURE(name);
    CHECK(why(name) == "is not a file of the repository");
  }
  for (const char* name : {"nothing.yaml", "up/repository/nothing.yaml"}) CHECK(why(name) == "is not there");
}

TEST_CASE("of a file that is no Compose file no word is shown") {
  for (const char* text : {"password: hunter2", "services: [hunter2", "hunter2", "\xff hunter2", ""}) {
    CAPTURE(text);
    for (const char* document : {"services:\n  a:\n    image: x:1\n    extends: {file: f.yaml, service: s}\n",
                                 "include: [f.yaml]\nservices: {}\n"}) {
      const LintedFile file = lint(document, files({{"f.yaml", text}}));
      CHECK(errors(file).contains("unread-file"));
      for (const Finding& finding : file.findings) {
        CHECK_FALSE((finding.message + finding.evidence).contains("hunter2"));
        CHECK(finding.source->text.contains("f.yaml"));
      }
    }
  }
}

TEST_CASE("services that extend each other, or too much, are a finding and an end") {
  CHECK(errors(lint("services:\n  a: {extends: b, image: x:1}\n  b: {extends: a, image: x:1}\n")) ==
        "unread-file@a unread-file@b ");
  std::string text = "services:\n  base: {image: x:1, dns: [1.1.1.1";
  for (int i = 0; i < 900; ++i) text += ", 1.1.1." + std::to_string(i % 250);
  text += "]}\n";
  for (int i = 0; i < 400; ++i) text += "  s" + std::to_string(i) + ": {extends: base}\n";
  const LintedFile file = lint(text);
  CHECK(errors(file).contains("unread-file@s399"));
}

TEST_CASE("without a repository nothing is read, and that is said") {
  CHECK(errors(lint("include: [f.yaml]\nservices: {}\n")) == "unread-file@ ");
}

TEST_CASE("an override file says no image where the file below it does") {
  const std::string text = "services:\n  web:\n    ports: ['127.0.0.1:80:80']\n";
  CHECK(errors(lint(text)) == "missing-field@web ");
  CHECK(errors(lint(text, {}, "sub/compose.override.yaml")).empty());
  CHECK(errors(lint("services:\n  web:\n    privileged: true\n", {}, "docker-compose.override.yml")) ==
        "privileged@web ");
}

TEST_CASE("a file beside one of a usual name is laid over it, and says no image where that one does") {
  const std::string text = "services:\n  web:\n    gpus: all\n    privileged: true\n";
  const ComposeRepository beside = files({{"docker-compose.yml", "services: {web: {image: w:1}}"}});
  CHECK(errors(lint(text, beside, "docker-compose.gpu.yml")) == "privileged@web ");
  CHECK(errors(lint(text, files({}), "docker-compose.gpu.yml")) == "missing-field@web privileged@web ");
  // The one that Compose reads by itself has nothing below it.
  CHECK(errors(lint(text, beside, "compose.yaml")) == "missing-field@web privileged@web ");
}

TEST_CASE("a path is one of the project's folder, however it begins") {
  const auto mounted = [](const std::string& service, const std::string& rest = {}) {
    const LintedFile file = lint("services:\n  a:\n    image: x:1\n    " + service + "\n" + rest, files({}));
    CHECK(errors(file) == "");
    std::string paths;
    for (const Finding& finding : file.findings) {
      if (finding.rule == "writable-mount") paths += finding.message.substr(finding.message.find('\'')) + " ";
    }
    return paths;
  };
  CHECK(mounted("volumes: ['.docker/x:/y', '.z:/z', '..d/x:/d']") ==
        "'/srv/repository/.docker/x' '/srv/repository/.z' '/srv/repository/..d/x' ");
  CHECK(mounted("volumes: [{type: bind, source: data, target: /y}, {type: bind, source: '${D:-b}/c', target: /z}]") ==
        "'/srv/repository/data' '/srv/repository/b/c' ");
  CHECK(mounted("secrets: [s]\n    configs: [c]",
                "secrets: {s: {file: db/password.txt}}\nconfigs: {c: {file: c.ini}}") == "");
}

TEST_CASE("a path that leads out of the project is judged where it leads") {
  const auto error = [](const std::string& service, const std::string& rest = {}) {
    return errors(lint("services:\n  a:\n    image: x:1\n    " + service + "\n" + rest, files({})));
  };
  CHECK(error("volumes: ['.x/../../../etc:/y']") == "sensitive-mount@a ");
  CHECK(error("volumes: [{type: bind, source: x/../../../etc, target: /y}]") == "sensitive-mount@a ");
  CHECK(error("secrets: [s]", "secrets: {s: {file: a/../../../etc/shadow}}") == "sensitive-mount@a ");
  const auto bound = [](const std::string& volume) {
    const LintedFile file = lint("services: {a: {image: 'x:1', volumes: ['n:/n']}}\nvolumes: {n: " + volume + "}\n");
    std::string paths;
    for (const Finding& finding : file.findings) {
      if (finding.rule == "volume-as-bind") paths += finding.message;
    }
    return paths;
  };
  CHECK(bound("{driver: local, driver_opts: {o: bind, device: ./data}}").contains("/srv/repository/data"));
  CHECK(bound("{driver: local, driver_opts: {o: bind, device: ~/.ssh}}").contains("/home/user/.ssh"));
  // Without the driver's name Compose leaves the path to the engine, which begins at its root.
  CHECK(bound("{driver_opts: {o: bind, device: ./data}}").contains("'/data'"));
  CHECK(error("volumes: [{type: bind, source: 'C:\\data', target: /y}]") == "invalid-mount@a ");
}

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

TEST_CASE("what a build gets beside its context is judged by what it is") {
  const auto error = [](const std::string& build, const std::string& rest = {}) {
    return errors(lint("services:\n  a:\n    build: {context: ., " + build + "}\n" + rest, files({})));
  };
  CHECK(error("additional_contexts: ['b=./bar', 'i=docker-image://alpine:3', 'c=../repository/x', 's=service:a']")
            .empty());
  CHECK(error("additional_contexts: {b: bar, s: 'service:a'}").empty());
  CHECK(error("additional_contexts: ['b=../other']") == "build-context-outside@a ");
  CHECK(error("additional_contexts: {b: /etc}") == "build-context-outside@a ");
  CHECK(error("additional_contexts: {b: 'https://example.org/x.git'}") == "invalid-value@a ");
  CHECK(error("ssh: [default]") == "agent-socket@a ");
  CHECK(error("ssh: {key: ./id_rsa}") == "agent-socket@a ");
  CHECK(error("secrets: [s]", "secrets: {s: {file: s.txt}}\n").empty());
  CHECK(error("secrets: [{source: s}]", "secrets: {s: {file: /etc/shadow}}\n") == "sensitive-mount@a ");
  CHECK(errors(lint("services: {a: {build: {context: ., secrets: [s]}, secrets: [s]}}\nsecrets: {s: {file: s}}\n"))
            .empty());
}

TEST_CASE("devices may be tables, and labels those of a deployment") {
  const auto error = [](const std::string& service) {
    return errors(lint("services:\n  a:\n    image: x:1\n    " + service + "\n", files({})));
  };
  CHECK(error("devices: [{source: /dev/mem, target: /dev/mem, permissions: r}]") == "critical-device@a ");
  CHECK(error("devices: [{source: /dev/ttyUSB0}]") == "device@a ");
  CHECK(error("deploy: {labels: {traefik.http.routers.a.rule: x}}") == "obeyed-label@a ");
  CHECK(error("labels: {traefik.enable: 'false'}").empty());
  CHECK(error("labels: ['traefik.enable=true']") == "obeyed-label@a ");
  CHECK(error("gpus: all\n    environment: {NVIDIA_VISIBLE_DEVICES: all}").empty());
  CHECK(error("gpus: all\n    environment: {NVIDIA_DISABLE_REQUIRE: '1'}") == "gpu-environment@a ");
  CHECK(error("devices: [vendor.com/class=x]\n    environment: {NVIDIA_VISIBLE_DEVICES: all}")
            .contains("gpu-environment@a"));
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

TEST_CASE("a file of the repository gives variables, one outside of it is a finding") {
  const auto error = [](const std::string& path) {
    return errors(lint("services:\n  a:\n    image: x:1\n    env_file: " + path + "\n", files({})));
  };
  CHECK(error(".env").empty());
  CHECK(error("./sub/x.env").empty());
  CHECK(error("/srv/repository/x.env").empty());
  CHECK(error("../x.env") == "env-file@a ");
  CHECK(error("/srv/repository-of-another/x.env") == "env-file@a ");
  CHECK(error("~/x.env") == "env-file@a ");
}
