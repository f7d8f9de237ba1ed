#pragma once

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/native/cgroups.hpp"
#include "engine/native/keeper_messages.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::keeper {

/// Keeps one container, as the first process of a namespace that the container's processes are in: whatever ends this
/// process ends them. Answers the engine until its socket closes, then removes all that there is of the container.
class Keeper {
 public:
  Keeper(UniqueFd socket, KeeperPlan plan) : socket_(std::move(socket)), plan_(std::move(plan)) {}

  void run();

 private:
  using Done = std::expected<std::vector<UniqueFd>, std::string>;

  [[nodiscard]] Done mount();
  [[nodiscard]] Done create();
  [[nodiscard]] std::expected<void, std::string> pause(bool frozen) const;
  [[nodiscard]] bool answer_one();
  [[nodiscard]] Done obey(const KeeperMessage& request);
  [[nodiscard]] std::expected<void, std::string> signal(const std::string& number) const;
  void reap();
  void report_end();
  void clean();
  void answer(Done done);
  void send(const KeeperMessage& message);

  UniqueFd socket_;
  KeeperPlan plan_;
  std::optional<Cgroups> groups_;
  pid_t first_ = -1;           ///< the container's first process
  bool unheard_ = false;       ///< nobody takes messages any more
  std::optional<int> status_;  ///< once that has ended: its exit status, 128 and more after a signal
};

}  // namespace skillrun::keeper
