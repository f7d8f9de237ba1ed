#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "engine/native/keeper_messages.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::keeper {

/// Runs the OCI runtime of a plan with a command and its arguments, in the bundle's folder. It gets the descriptors 0,
/// 1 and 2 of this process. The error says that it failed; why, its log says.
[[nodiscard]] std::expected<void, std::string> run_runtime(const KeeperPlan& plan, std::string_view command,
                                                           const std::vector<std::string>& arguments);

/// The socket to which the runtime sends the terminal that it made.
class ConsoleSocket {
 public:
  [[nodiscard]] static std::expected<ConsoleSocket, std::string> listen(const KeeperPlan& plan);
  /// The terminal's other end. The runtime has sent it by the time it has created the container.
  [[nodiscard]] std::expected<UniqueFd, std::string> take_terminal() const;

 private:
  UniqueFd socket_;
};

}  // namespace skillrun::keeper
