#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <skillrun/run.hpp>

#include "run/run_record.hpp"
#include "support/process_owner.hpp"

namespace skillrun::inline v0 {

/// Something that a run made and that outlived its engine call, its skillrun or both; what is to be done with it, and
/// why.
struct Leftover {
  enum class Kind : std::uint8_t {
    container,
    folder,
    record,
    pins,  ///< a folder in which bind sources are mounted
  };
  Kind kind = Kind::container;
  std::string name;    ///< the container's id, the folder's path or the record's run
  std::string skill;   ///< of a container and of a record
  std::string status;  ///< of a container
  bool remove = false;
  std::string reason;                  ///< half a sentence
  std::optional<std::string> trouble;  ///< why it could not be removed
  RunRecord record;                    ///< of a container that is removed, and of a record
};

/// What leftovers are judged by.
struct LeftoverView {
  const EngineInfo& engine;
  std::span<const RunRecord> records;           ///< of this user
  std::span<const ListedContainer> containers;  ///< of the engine
  ProcessOwner here;
  LookAtProcess look;
  std::chrono::system_clock::time_point now;
};

/// Pure. A container is removed only when a record of this user says that a run made it, that it was not meant to stay,
/// and which process owned it, which has certainly ended. What its labels say finds the record and decides nothing.
[[nodiscard]] Leftover judge_container(const ListedContainer& container, const LeftoverView& view);

/// Pure. The records of containers that are gone, or never came. Only those are listed.
[[nodiscard]] std::vector<Leftover> judge_records(const LeftoverView& view);

/// The containers of the engine that say that a run made them, records without a container, and the private folders of
/// this user, judged.
[[nodiscard]] EngineResult<std::vector<Leftover>> find_leftovers(Engine& engine, const RunRecords& records,
                                                                 const ProcessOwner& here, const LookAtProcess& look,
                                                                 CallLimits limits);

/// Removes what is to be removed; goes on after a failure, which becomes the entry's trouble. True when all went well.
[[nodiscard]] bool remove_leftovers(ContainerBackend& backend, const RunRecords& records,
                                    std::vector<Leftover>& leftovers, CallLimits limits);

}  // namespace skillrun::inline v0
