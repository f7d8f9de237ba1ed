// Removing what a skill has written, however it has made it.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include "support/remove_deep.hpp"
#include "support/unique_fd.hpp"
#include "unit/temporary_folder.hpp"

namespace remove_deep_tests {

using namespace skillrun;
namespace fs = std::filesystem;

/// So few descriptors that one for each level is not to be had.
class FewDescriptors {
 public:
  FewDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{.rlim_cur = 64, .rlim_max = before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// Folders in folders, deeper than a path can be long.
void make_deep(const std::string& path, int levels) {
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  UniqueFd at(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
  for (int i = 0; i < levels; ++i) {
    REQUIRE(::mkdirat(at.get(), "folder", 0700) == 0);
    {
      const UniqueFd file(::openat(at.get(), "file", O_WRONLY | O_CREAT, 0600));
    }
    at = UniqueFd(::openat(at.get(), "folder", O_RDONLY | O_DIRECTORY));
    REQUIRE(at);
  }
}

TEST_CASE("a tree that is deeper than there are descriptors is removed") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/deep";
  make_deep(path, 3000);
  const FewDescriptors few;
  CHECK_FALSE(remove_deep(path));
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("names that the removal would use itself are in nobody's way") {
  const test::TemporaryFolder folder;
  const fs::path top = fs::path(folder.path()) / "top";
  fs::create_directories(top / "removed-1/removed-1/removed-2");
  fs::create_directories(top / "removed-2/x/y");
  std::ofstream(top / "removed-3") << "x";
  std::ofstream(top / "removed-2/x/y/removed-1") << "x";
  CHECK_FALSE(remove_deep(top));
  CHECK_FALSE(fs::exists(top));
}

TEST_CASE("links are removed and not followed, one in the place of the tree too") {
  const test::TemporaryFolder folder;
  const fs::path kept = fs::path(folder.path()) / "kept";
  fs::create_directories(kept / "inside");
  const fs::path top = fs::path(folder.path()) / "top";
  fs::create_directories(top / "a");
  fs::create_directory_symlink(kept, top / "link");
  fs::create_directory_symlink(kept, top / "a/link");
  CHECK_FALSE(remove_deep(top));
  CHECK_FALSE(fs::exists(top));
  fs::create_directory_symlink(kept, top);
  CHECK_FALSE(remove_deep(top));
  CHECK_FALSE(fs::exists(fs::symlink_status(top)));
  CHECK(fs::exists(kept / "inside"));
}

TEST_CASE("a file is removed, what is not there is, and what cannot be is an error") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/file";
  std::ofstream(file) << "x";
  CHECK_FALSE(remove_deep(file));
  CHECK_FALSE(fs::exists(file));
  CHECK_FALSE(remove_deep(file));
  CHECK(remove_deep("/proc/self"));
}

}  // namespace remove_deep_tests
