// Any bytes as a .gitmodules. Holds: every path is clean and leads into the repository, each stands there once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "policy/paths.hpp"
#include "policy/submodules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  std::set<std::string> seen;
  for (const std::string& path : submodule_paths({reinterpret_cast<const char*>(data), size})) {
    if (path.empty() || !is_clean("/" + path) || !seen.insert(path).second) std::abort();
  }
  return 0;
}
