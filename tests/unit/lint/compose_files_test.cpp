// What a Compose file may bring in, and how much of it.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "compose_support.hpp"
#include "lint/compose/repository.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::test;

namespace skillrun::test::compose_files {

using namespace skillrun::test::compose;

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

}  // namespace skillrun::test::compose_files
