#include "engine/docker/api/path_stat.hpp"

#include <cstdint>

#include "engine/docker/json_fields.hpp"
#include "support/base64.hpp"

namespace skillrun::inline v0 {

EngineResult<ContainerEntry> read_path_stat(const std::string& header) {
  constexpr std::uint64_t symbolic_link = std::uint64_t{1} << 27;
  const auto text = base64_decode(header);
  const auto stat = parse_object(text.value_or(""), "a container's path");
  if (!stat) return std::unexpected(stat.error());
  const json::value* mode = stat->if_contains("mode");
  boost::system::error_code error;
  const auto bits = mode == nullptr ? std::uint64_t{0} : mode->to_number<std::uint64_t>(error);
  if (mode == nullptr || error) {
    return std::unexpected(EngineError{EngineError::Kind::protocol, "the answer about a container's path has no mode"});
  }
  const bool link = (bits & symbolic_link) != 0;
  return ContainerEntry{.kind = link ? ContainerEntry::Kind::link : ContainerEntry::Kind::other,
                        .leads_to = link ? std::string(text_at(*stat, "linkTarget")) : std::string()};
}

}  // namespace skillrun::inline v0
