// The paths of a service: which are the project's, and where the others lead.
#include <doctest/doctest.h>

#include "compose_support.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace skillrun::test::compose_paths {

using namespace skillrun::test::compose;

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

}  // namespace skillrun::test::compose_paths
