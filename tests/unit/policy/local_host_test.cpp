#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>
#include <skillrun/policy.hpp>

namespace fs = std::filesystem;
using namespace skillrun;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::canonical(fs::temp_directory_path()) / "skillrun-host-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a real path has no symlink left") {
  const Folder folder;
  const LocalHost host;
  fs::create_directory(folder / "real");
  fs::create_symlink("real", folder / "relative");
  fs::create_symlink(folder / "relative", folder / "absolute");
  CHECK(host.real_path(folder / "real") == folder / "real");
  CHECK(host.real_path(folder / "relative") == folder / "real");
  CHECK(host.real_path(folder / "absolute/x") == folder / "real/x");
  CHECK(host.real_path("/") == "/");
}

TEST_CASE("a missing end is kept, and a dangling symlink is followed to where it points") {
  const Folder folder;
  const LocalHost host;
  CHECK(host.real_path(folder / "a/b") == folder / "a/b");
  fs::create_symlink("/no-such-folder-of-skillrun/x", folder / "dangling");
  CHECK(host.real_path(folder / "dangling") == "/no-such-folder-of-skillrun/x");
  CHECK(host.exists(folder / "dangling") == false);
  CHECK(host.exists(folder.path()) == true);
}

TEST_CASE("every link that is followed is told by where it lies itself") {
  const Folder folder;
  const LocalHost host;
  fs::create_directory(folder / "real");
  fs::create_symlink("real", folder / "one");
  fs::create_symlink("one", folder / "two");
  fs::create_symlink("missing", folder / "real/three");
  CHECK(host.links_on(folder / "two/three") ==
        std::vector<std::string>{folder / "two", folder / "one", folder / "real/three"});
  CHECK(host.links_on(folder / "real/none").empty());
  CHECK(host.links_on("relative").empty());
}

TEST_CASE("dot-dot in a symlink leads up from where the symlink really is") {
  const Folder folder;
  fs::create_directories(folder / "one/two");
  fs::create_symlink("../..", folder / "one/two/up");
  CHECK(LocalHost().real_path(folder / "one/two/up/z") == folder / "z");
}

TEST_CASE("a loop of symlinks, a relative path and a NUL have no real path") {
  const Folder folder;
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  const LocalHost host;
  CHECK_FALSE(host.real_path(folder / "a"));
  CHECK_FALSE(host.real_path("etc"));
  CHECK_FALSE(host.real_path(std::string("/etc\0x", 6)));
}

TEST_CASE("the caller is known") {
  const LocalHost host("/run/x.sock");
  CHECK(host.uid() == geteuid());
  CHECK(host.gid() == getegid());
  CHECK(host.engine_socket() == "/run/x.sock");
  CHECK(host.reads_file_system());
  CHECK_FALSE(LexicalHost().reads_file_system());
}
