// Any bytes as what engines say of a path in a container: the beginning of docker cp's archive, and the header of the
// API's answer. Holds: what is decided by a beginning stays so when more comes; only an answer that can be read is one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/docker/api/path_stat.hpp"
#include "engine/docker/cli/look_inside.hpp"
#include "support/base64.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = first_entry(bytes);
  for (std::size_t length = 0; length < size; length += 256) {
    const auto part = first_entry(bytes.substr(0, length));
    if (!part) continue;
    require(whole && part->has_value() == whole->has_value());
    if (*part) require((*part)->kind == (*whole)->kind && (*part)->leads_to == (*whole)->leads_to);
  }
  if (whole && *whole) require((*whole)->kind != ContainerEntry::Kind::nothing);
  const std::string header(bytes);
  for (const std::string& text : {header, base64_encode(bytes)}) {
    if (const auto entry = read_path_stat(text)) {
      require(entry->kind != ContainerEntry::Kind::nothing);
      require(entry->kind == ContainerEntry::Kind::link || entry->leads_to.empty());
    }
  }
  return 0;
}
