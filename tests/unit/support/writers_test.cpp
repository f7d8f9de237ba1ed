// Who else may write: everybody, or a group with others in it.
#include "support/writers.hpp"

#include <unistd.h>

#include <doctest/doctest.h>

#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

bool others_may_write_with(mode_t mode, gid_t group) {
  const TemporaryFolder folder;
  const std::string path = folder.write("file", "");
  if (::chown(path.c_str(), static_cast<uid_t>(-1), group) != 0) return true;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return others_may_write(path, status);
}

}  // namespace

TEST_CASE("a file that its owner alone may write is nobody else's") {
  CHECK_FALSE(others_may_write_with(0644, ::getegid()));
  CHECK_FALSE(others_may_write_with(0600, ::getegid()));
}

TEST_CASE("everybody, and a group that is not the user's own, are others") {
  constexpr gid_t mail = 8;
  CHECK(others_may_write_with(0646, ::getegid()));
  CHECK(others_may_write_with(0664, mail));
}

}  // namespace skillrun::test
