#include "engine/docker/api/path_stat.hpp"

#include <cstdint>

#include "engine/docker/json_fields.hpp"
#include "support/base64.hpp"

namespace skillrun::inline v0 {

EngineResult<ContainerEntry> read_path_stat(const std::string& header) {
  // Of Go's os.FileMode.
  constexpr std::uint64_t folder = std::uint64_t{1} << 31;
  constexpr std::uint64_t symbolic_link = std::uint64_t{1} << 27;
  constexpr std::uint64_t any_execution = 0111;
  const auto text = base64_decode(header);
  const auto stat = parse_object(text.value_or(""), "a container's path");
  if (!stat) return std::unexpected(stat.error());
  const json::value* mode = stat->if_contains("mode");
  boost::system::error_code error;
  const auto bits = mode == nullptr ? std::uint64_t{0} : mode->to_number<std::uint64_t>(error);
  if (mode == nullptr || error) {
    return std::unexpected(EngineError{EngineError::Kind::protocol, "the answer about a container's path has no mode"});
  }
  using Kind = ContainerEntry::Kind;
  if ((bits & symbolic_link) != 0) {
    return ContainerEntry{.kind = Kind::link, .leads_to = std::string(text_at(*stat, "linkTarget"))};
  }
  return ContainerEntry{.kind = (bits & folder) != 0 ? Kind::folder : Kind::other,
                        .executable = (bits & any_execution) != 0};
}

}  // namespace skillrun::inline v0
