// Looking into a root file system that anybody may have made.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "engine/native/root_view.hpp"
#include "unit/temporary_folder.hpp"

namespace root_view {

using namespace skillrun;
namespace fs = std::filesystem;
using Kind = ContainerEntry::Kind;

struct Root {
  test::TemporaryFolder folder;
  fs::path path = fs::path(folder.path()) / "root";
  UniqueFd fd;

  Root() {
    fs::create_directories(path / "etc");
    std::ofstream(path / "etc/passwd") << "root:x:0:0::/root:/bin/sh\n";
    std::ofstream(path.parent_path() / "outside") << "secret";
    fs::create_symlink("/etc/passwd", path / "absolute");
    fs::create_symlink("../outside", path / "upwards");
    fs::create_directory_symlink("etc", path / "link");
    REQUIRE(::mkfifo((path / "fifo").c_str(), 0600) == 0);
    fd.reset(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(fd);
  }
};

TEST_CASE("what stands at a path is told, and a link at its end with where it leads") {
  const Root root;
  const auto kind_of = [&](const char* path) {
    const auto entry = look_into(root.fd.get(), path);
    REQUIRE(entry);
    return entry->kind;
  };
  CHECK(kind_of("/etc") == Kind::folder);
  CHECK(kind_of("/etc/passwd") == Kind::other);
  CHECK(kind_of("/nothing") == Kind::nothing);
  CHECK(kind_of("/etc/passwd/below") == Kind::nothing);
  const auto link = look_into(root.fd.get(), "/absolute");
  REQUIRE(link);
  CHECK(link->kind == Kind::link);
  CHECK(link->leads_to == "/etc/passwd");
  CHECK(look_into(root.fd.get(), "/link/passwd").error().kind == EngineError::Kind::unsupported);
}

TEST_CASE("who may execute a file is told") {
  const Root root;
  CHECK_FALSE(look_into(root.fd.get(), "/etc/passwd")->executable);
  fs::permissions(root.path / "etc/passwd", fs::perms::owner_all);
  CHECK(look_into(root.fd.get(), "/etc/passwd")->executable);
}

TEST_CASE("links lead within the root") {
  const Root root;
  CHECK(read_within(root.fd.get(), "/absolute", 100)->starts_with("root:"));
  CHECK(read_within(root.fd.get(), "/link/passwd", 100)->starts_with("root:"));
  CHECK(read_within(root.fd.get(), "/upwards", 100) == "");
  CHECK(read_within(root.fd.get(), "/../outside", 100) == "");
  CHECK(open_folder_within(root.fd.get(), "/link"));
  CHECK_FALSE(open_folder_within(root.fd.get(),
                                 "/.."
                                 "/nothing"));
}

TEST_CASE("what is no file, or too large, is an error and never waited for") {
  const Root root;
  CHECK(read_within(root.fd.get(), "/fifo", 100).error().message.contains("no file"));
  CHECK(read_within(root.fd.get(), "/etc", 100).error().message.contains("no file"));
  CHECK(read_within(root.fd.get(), "/etc/passwd", 10).error().message.contains("more than 10"));
}

}  // namespace root_view
