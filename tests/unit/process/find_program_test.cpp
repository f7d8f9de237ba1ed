#include "support/process/find_program.hpp"

#include <doctest/doctest.h>

#include "unit/temporary_folder.hpp"

namespace skillrun {

TEST_CASE("a program is found in absolute folders of the path only") {
  const test::TemporaryFolder folder;
  const std::string tool = folder.write("tool", "#!/bin/sh\n", true);
  static_cast<void>(folder.write("plain", "x"));
  CHECK(find_program("tool", "/nonexistent:" + folder.path()) == tool);
  CHECK(find_program(tool, "") == tool);
  CHECK(!find_program("plain", folder.path()));
  CHECK(!find_program("tool", ".::bin"));
  CHECK(!find_program("", folder.path()));
  CHECK(!find_program(std::string("tool\0x", 6), folder.path()));
}

}  // namespace skillrun
