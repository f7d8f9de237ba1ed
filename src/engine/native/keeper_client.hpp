#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <skillrun/engine_call.hpp>

#include "engine/native/keeper_messages.hpp"
#include "support/process/process.hpp"

namespace skillrun::inline v0 {

/// A keeper that runs, and the container that it keeps. Destroying one ends the container. May be asked from several
/// threads; each waits for its own answer.
class KeeperClient {
 public:
  /// What the container's streams are in the keeper; -1: nothing.
  struct Streams {
    int input = -1;
    int output = -1;
    int error = -1;
  };

  /// How the container ended.
  struct End {
    int status = 0;  ///< 128 and more after a signal
    bool out_of_memory = false;
  };

  /// Starts the program at a path.
  [[nodiscard]] static EngineResult<std::unique_ptr<KeeperClient>> start(const std::string& program,
                                                                         const Streams& streams);

  KeeperClient(Process process, UniqueFd socket) : process_(std::move(process)), socket_(std::move(socket)) {}

  /// Asks, and waits for the answer: its descriptors, or an error of kind server with the keeper's words. What is not
  /// waited for any longer (a deadline, a cancellation) may be done all the same.
  [[nodiscard]] EngineResult<std::vector<UniqueFd>> ask(const KeeperMessage& request, CallLimits limits);
  /// Waits for the container's end.
  [[nodiscard]] EngineResult<End> await_end(CallLimits limits);
  /// Its end, where that is known.
  [[nodiscard]] std::optional<End> end();
  /// Ends the container, and waits until everything of it is removed; kind deadline when that takes too long.
  [[nodiscard]] EngineResult<void> finish(CallLimits limits);

 private:
  [[nodiscard]] EngineResult<KeeperMessage> receive(CallLimits limits);
  void note_end(const KeeperMessage& message);

  std::mutex mutex_;
  Process process_;
  UniqueFd socket_;
  std::optional<End> end_;
  int owed_ = 0;  ///< answers that nobody waits for any more
};

}  // namespace skillrun::inline v0
