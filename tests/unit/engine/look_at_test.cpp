// What stands at a path of a container: asked over the API, copied by docker's program, seen in podman's mount.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "engine/docker/api/api_engine.hpp"
#include "engine/docker/cli/look_inside.hpp"
#include "engine/docker/podman_root.hpp"
#include "support/base64.hpp"
#include "unit/engine/api_fake_engine.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;
using namespace skillrun::testing;
using namespace std::chrono_literals;

namespace {

using Kind = ContainerEntry::Kind;
using Connection = FakeEngine::Connection;

EngineResult<ContainerEntry> ask(int status, const std::string& stat, std::string* asked = nullptr) {
  FakeEngine fake(after_ping([&](Connection& connection, const std::string& request) {
    if (asked != nullptr) *asked = request.substr(0, request.find(" HTTP"));
    const std::string header = stat.empty() ? "" : "X-Docker-Container-Path-Stat: " + base64_encode(stat) + "\r\n";
    // As docker does: the length of a body that does not come.
    connection.send("HTTP/1.1 " + std::to_string(status) + " X\r\n" + header + "Content-Length: 90\r\n\r\n");
  }));
  auto engine = ApiEngine::open(fake.path(), {3s});
  REQUIRE(engine);
  return (*engine)->look_at("c0ffee", "/work dir/x", {3s});
}

/// The header of one entry of a tar archive.
std::string tar_header(char type, std::string_view target = {}, std::string_view size = "00000000000",
                       std::string_view mode = "0000755") {
  std::string header(512, '\0');
  header.replace(100, mode.size(), mode);
  header.replace(124, size.size(), size);
  header[156] = type;
  header.replace(157, target.size(), target);
  header.replace(257, 5, "ustar");
  return header;
}

}  // namespace

TEST_CASE("docker's API says of a path whether it is a link, a folder or not there") {
  std::string asked;
  const auto link = ask(200, R"({"name":"x","mode":134218239,"linkTarget":"/real"})", &asked);
  REQUIRE(link);
  CHECK(asked == "HEAD /v1.41/containers/c0ffee/archive?path=/work%20dir/x");
  CHECK(link->kind == Kind::link);
  CHECK(link->leads_to == "/real");
  const auto folder = ask(200, R"({"name":"x","mode":2147484141,"linkTarget":""})");
  REQUIRE(folder);
  CHECK(folder->kind == Kind::folder);
  const auto program = ask(200, R"({"name":"x","mode":493,"linkTarget":""})");
  REQUIRE(program);
  CHECK(program->kind == Kind::other);
  CHECK(program->executable);
  CHECK_FALSE(ask(200, R"({"name":"x","mode":420,"linkTarget":""})")->executable);
  const auto nothing = ask(404, "");
  REQUIRE(nothing);
  CHECK(nothing->kind == Kind::nothing);
}

TEST_CASE("an answer about a path that says nothing is never taken for a path without a link") {
  for (const char* stat : {"", "{}", R"({"mode":"0755"})", R"({"mode":-1})", "[1]"}) {
    CAPTURE(stat);
    const auto entry = ask(200, stat);
    REQUIRE_FALSE(entry);
    CHECK(entry.error().kind == EngineError::Kind::protocol);
  }
  CHECK_FALSE(ask(500, ""));
}

TEST_CASE("the first entry of a copied archive is what stands at the path, whatever headers go before it") {
  const auto link = first_entry(tar_header('2', "/real"));
  REQUIRE(link);
  REQUIRE(*link);
  CHECK((*link)->kind == Kind::link);
  CHECK((*link)->leads_to == "/real");
  CHECK((*first_entry(tar_header('5')))->kind == Kind::folder);
  CHECK((*first_entry(tar_header('0') + "more"))->kind == Kind::other);
  CHECK((*first_entry(tar_header('0')))->executable);
  CHECK_FALSE((*first_entry(tar_header('0', {}, "00000000000", "0000644")))->executable);
  CHECK_FALSE(*first_entry(tar_header('0', {}, "00000000000", "what")));

  const std::string extended = tar_header('x', {}, "00000000020") + std::string(512, 'p');
  CHECK_FALSE(first_entry(extended.substr(0, 600)));
  CHECK_FALSE(first_entry(extended));
  CHECK((*first_entry(extended + tar_header('2', "far")))->kind == Kind::link);

  CHECK_FALSE(first_entry(""));
  CHECK_FALSE(*first_entry(std::string(512, 'x')));
  CHECK_FALSE(*first_entry(tar_header('x', {}, "99999999999")));
}

TEST_CASE("docker's program is asked for the beginning of a copy, and ended then") {
  const test::TemporaryFolder folder;
  static_cast<void>(folder.write("header", tar_header('2', "/real")));
  const std::string program =
      folder.write("client",
                   "#!/bin/sh\nd=$(dirname \"$0\")\ncase $3 in\n*:/link) cat $d/header; exec sleep 60;;\n"
                   "*:/gone) echo 'Error response from daemon: Could not find the file /gone in container c' "
                   ">&2; exit 1;;\n*) echo 'Error response from daemon: no' >&2; exit 1;;\nesac\n",
                   true);
  const Client client(program);
  const auto link = look_by_copying(client, "c", "/link", {20s});
  REQUIRE(link);
  CHECK(link->kind == Kind::link);
  const auto gone = look_by_copying(client, "c", "/gone", {20s});
  REQUIRE(gone);
  CHECK(gone->kind == Kind::nothing);
  CHECK_FALSE(look_by_copying(client, "c", "/other", {20s}));
}

TEST_CASE("in podman's mount of a root no link is followed") {
  namespace fs = std::filesystem;
  const test::TemporaryFolder folder;
  const fs::path root = folder.path();
  fs::create_directories(root / "real/sub");
  fs::create_directory_symlink("/real", root / "link");
  std::ofstream(root / "real/program") << "x";
  const PodmanRoot mounted("c", root.string(), false);
  const auto kind = [&](const std::string& path) {
    const auto entry = mounted.look_at(path);
    REQUIRE(entry);
    return entry->kind;
  };
  CHECK(kind("/real/sub") == Kind::folder);
  CHECK(kind("/real/program") == Kind::other);
  CHECK_FALSE(mounted.look_at("/real/program")->executable);
  fs::permissions(root / "real/program", fs::perms::owner_all);
  CHECK(mounted.look_at("/real/program")->executable);
  CHECK(kind("/link") == Kind::link);
  CHECK(mounted.look_at("/link")->leads_to == "/real");
  CHECK(kind("/absent/deeper") == Kind::nothing);
  CHECK_FALSE(mounted.look_at("/link/sub"));
}

TEST_CASE("a root that is not there, or not mounted, is not taken for one without links") {
  namespace fs = std::filesystem;
  const test::TemporaryFolder folder;
  fs::create_directory(fs::path(folder.path()) / "merged");
  for (const char* name : {"/absent", "/merged"}) {
    const auto entry = PodmanRoot("c", folder.path() + name, false).look_at("/x");
    REQUIRE_FALSE(entry);
    CHECK(entry.error().kind == EngineError::Kind::unsupported);
  }
}
