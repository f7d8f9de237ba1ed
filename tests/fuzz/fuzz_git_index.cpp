// Any bytes as a git index. Holds: what is understood names its gitlinks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/places/git_index.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto index = read_git_index(bytes);
  if (!index) return 0;
  for (const std::string& path : index->gitlinks) {
    if (path.empty() || path.contains('\0')) std::abort();
  }
  return 0;
}
