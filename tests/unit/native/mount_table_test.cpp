// The kernel's table of mounts, as proc(5) describes it.
#include <sstream>

#include <doctest/doctest.h>

#include "engine/native/mount_table.hpp"

namespace mount_table {

using namespace skillrun;

std::vector<MountEntry> read(const std::string& text) {
  std::istringstream lines(text);
  return read_mounts(lines);
}

TEST_CASE("an entry is read with its options, and says whether mounts travel") {
  const auto entries = read(
      "36 35 98:0 /sub /mnt/data ro,noatime shared:1 master:7 - ext4 /dev/root rw,errors=continue\n"
      "37 36 0:40 / /proc rw - proc proc rw\n");
  REQUIRE(entries.size() == 2);
  const MountEntry& entry = entries.front();
  CHECK(entry.id == 36);
  CHECK(entry.root == "/sub");
  CHECK(entry.point == "/mnt/data");
  CHECK(entry.has_option("ro"));
  CHECK_FALSE(entry.has_option("rw"));
  CHECK(entry.has_super_option("rw"));
  CHECK(entry.shared);
  CHECK(entry.receives);
  CHECK(entry.type == "ext4");
  CHECK(entry.source == "/dev/root");
  CHECK_FALSE(entries.back().shared);
}

TEST_CASE("blanks and backslashes in paths are the kernel's octal digits") {
  const auto entries = read("1 2 0:1 / /a\\040b\\134c\\011d rw - tmpfs x\\040y rw\n");
  REQUIRE(entries.size() == 1);
  CHECK(entries.front().point == "/a b\\c\td");
  CHECK(entries.front().source == "x y");
}

TEST_CASE("what is no entry is passed over") {
  CHECK(read("").empty());
  CHECK(read("1 2 0:1 / /x rw\n").empty());
  CHECK(read("1 2 0:1 / /x rw - \n").empty());
}

TEST_CASE("this process has a root and a /proc") {
  bool root = false;
  for (const MountEntry& entry : mounts_of()) root = root || entry.point == "/";
  CHECK(root);
  CHECK(mounts_of("0").empty());
}

}  // namespace mount_table
