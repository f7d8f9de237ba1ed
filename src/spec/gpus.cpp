#include <limits>

#include <fmt/core.h>

#include "spec/scan.hpp"

namespace skillrun {

std::expected<GpuRequest, ParseError> parse_gpus(std::string_view text) {
  constexpr std::string_view expectation = "all or a positive number of GPUs";
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (auto error = find_unusable_text(text, expectation)) return std::unexpected(*error);
  if (text == "all") return GpuRequest{-1};
  const auto count = parse_decimal(text, most);
  if (count && *count > 0) return GpuRequest{static_cast<std::int64_t>(*count)};
  return refuse(fmt::format("expected {}, found {}", expectation, quoted(text)));
}

}  // namespace skillrun
