// Any bytes as git's configuration. Holds: every value of a key stands there once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "policy/places/git_config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  std::set<std::string> seen;
  for (const std::string& value : git_config_values({reinterpret_cast<const char*>(data), size}, {}, "path")) {
    if (!seen.insert(value).second) std::abort();
  }
  return 0;
}
