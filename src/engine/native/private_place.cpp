#include "engine/native/private_place.hpp"

#include <fmt/format.h>

#include "engine/failure.hpp"

namespace skillrun::inline v0 {

EngineResult<void> make_private_place(const std::filesystem::path& place) {
  std::error_code error;
  std::filesystem::create_directories(place, error);
  if (!error) std::filesystem::permissions(place, std::filesystem::perms::owner_all, error);
  if (error) return failure(EngineError::Kind::server, fmt::format("'{}': {}", place.string(), error.message()));
  return {};
}

}  // namespace skillrun::inline v0
