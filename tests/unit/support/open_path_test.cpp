#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "../temporary_folder.hpp"
#include "support/open_path.hpp"

using namespace skillrun;
using namespace skillrun::test;
namespace fs = std::filesystem;

TEST_CASE("a path is opened as it stands, and a link anywhere in it is an error") {
  const TemporaryFolder folder;
  const std::string root = fs::canonical(folder.path());
  fs::create_directories(root + "/a/b");
  (void)folder.write("a/b/file", "x");
  fs::create_directory_symlink(root + "/a", root + "/link");
  fs::create_symlink(root + "/a/b/file", root + "/a/b/alias");

  const auto opened = open_without_links(root + "/a/b/file", O_PATH);
  REQUIRE(opened);
  struct stat held{};
  struct stat named{};
  REQUIRE(::fstat(opened->get(), &held) == 0);
  REQUIRE(::stat((root + "/a/b/file").c_str(), &named) == 0);
  CHECK(held.st_ino == named.st_ino);

  CHECK(open_without_links("/", O_PATH));
  CHECK(open_without_links(root + "/a", O_RDONLY | O_DIRECTORY));
  for (const char* path : {"/link", "/link/b/file", "/a/b/alias"}) {
    for (const int flags : {O_PATH, O_RDONLY}) {
      CAPTURE(path);
      const auto refused = open_without_links(root + path, flags);
      REQUIRE_FALSE(refused);
      CHECK(refused.error() == std::errc::too_many_symbolic_link_levels);
    }
  }
}

TEST_CASE("what is not a plain path, or leads nowhere, is not opened") {
  for (const char* path : {"", "relative", "/a/../b", "/a//b", "/./a"}) {
    CAPTURE(path);
    CHECK_FALSE(open_without_links(path, O_PATH));
  }
  const auto missing = open_without_links("/no/such/file", O_PATH);
  REQUIRE_FALSE(missing);
  CHECK(missing.error() == std::errc::no_such_file_or_directory);
  CHECK_FALSE(open_without_links("/dev/null/below", O_PATH));
}
