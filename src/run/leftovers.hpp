#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/run.hpp>

#include "support/process_owner.hpp"

namespace skillrun {

/// Something that a run made and that outlived its engine call, its skillrun or both; what is to be done with it, and
/// why.
struct Leftover {
  enum class Kind : std::uint8_t { container, folder };
  Kind kind = Kind::container;
  std::string name;    ///< the container's id or the folder's path
  std::string skill;   ///< of a container
  std::string status;  ///< of a container
  bool remove = false;
  std::string reason;                  ///< half a sentence
  std::optional<std::string> trouble;  ///< why it could not be removed
};

/// Pure. A container is removed only when the skillrun that it belongs to has certainly ended and did not mean it to
/// stay.
[[nodiscard]] Leftover judge_container(const ListedContainer& container, const ProcessOwner& here,
                                       const LookAtProcess& look);

/// The containers of the engine that runs made, and the private folders of this user, judged.
[[nodiscard]] EngineResult<std::vector<Leftover>> find_leftovers(Engine& engine, const ProcessOwner& here,
                                                                 const LookAtProcess& look, CallLimits limits);

/// Removes what is to be removed; goes on after a failure, which becomes the entry's trouble. True when all went well.
[[nodiscard]] bool remove_leftovers(Engine& engine, std::vector<Leftover>& leftovers, CallLimits limits);

}  // namespace skillrun
