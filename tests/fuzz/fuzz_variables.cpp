#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <skillrun/manifest.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const skillrun::MapVariables variables({{"A", "a"}, {"EMPTY", ""}, {"D", "${A}$$"}});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expanded = skillrun::expand_variables(text, variables);
  // Without a dollar nothing changes; an error lies in the text.
  if (text.find('$') == std::string_view::npos && (!expanded || *expanded != text)) std::abort();
  if (!expanded && (expanded.error().offset > size || expanded.error().message.empty())) std::abort();
  return 0;
}
