// What parses has to parse again from each of its written forms, to the same reference.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(const skillrun::ImageReference& a, const skillrun::ImageReference& b) {
  return a.registry == b.registry && a.repository == b.repository && a.digest == b.digest && a.id == b.id &&
         a.canonical() == b.canonical();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto reference = skillrun::parse_image_reference(text);
  if (!reference) {
    require(!reference.error().message.empty());
    return 0;
  }
  for (const std::string& form : {reference->familiar(), reference->canonical()}) {
    require(!form.starts_with('-'));
    require(form.find('\0') == std::string::npos && form.find_first_of(" \t\r\n") == std::string::npos);
    const auto again = skillrun::parse_image_reference(form);
    require(again.has_value() && same(*reference, *again));
  }
  return 0;
}
