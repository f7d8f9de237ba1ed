#include "linkage/delayed_library.hpp"

#include <string>

#include <doctest/doctest.h>

extern "C" {
int delayed_library_test_absent(int number, const char* word);
}

namespace delayed_library_test {

using skillrun::linkage::DelayedLibrary;

const DelayedLibrary& library() {
  static const DelayedLibrary loaded("libskillrun-absent.so.7", "libskillrun-absent7");
  return loaded;
}

template <typename Result>
Result missing() {
  return Result{-30};
}

}  // namespace delayed_library_test

using delayed_library_test::library;
using delayed_library_test::missing;
SKILLRUN_DELAYED_2(delayed_library_test_absent)

TEST_CASE("a function of a library that is not there gives what its callers take for a failure") {
  CHECK(delayed_library_test_absent(1, "word") == -30);
}

TEST_CASE("a library that is not there is named with its package") {
  const std::string error = library().error();
  CHECK(error.contains("libskillrun-absent.so.7"));
  CHECK(error.ends_with("; install the package libskillrun-absent7"));
}

TEST_CASE("a library that is there gives its functions and has no error") {
  const skillrun::linkage::DelayedLibrary mathematics("libm.so.6", "libc6");
  auto* const function = mathematics.find<double(double)>("cbrt");
  REQUIRE(static_cast<bool>(function != nullptr));
  CHECK(function(27.0) == doctest::Approx(3.0));
  CHECK(std::string(mathematics.error()).empty());
}
