#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

// What an engine and the keeper of one of its containers say to each other: over a socket of packets (SOCK_SEQPACKET),
// each packet a word and its arguments, and descriptors beside it. The engine asks one thing at a time, and the keeper
// answers each with `done` or `failed TEXT`:
//
//   mount KEY=VALUE...  makes the root file system of a KeeperPlan; done: its folder, for looking at it
//   create              makes the container of the config.json in its folder; done: a pidfd of its first process, and
//                       with a terminal the end of it that is not the container's
//   start, pause, resume, signal NUMBER
//
// It says `exited STATUS yes|no` by itself once the container has ended; yes: a process was killed for want of memory.
// When the socket closes, the container ends and everything of it is removed.

/// The descriptor under which a keeper gets its end of the socket.
inline constexpr int keeper_socket = 3;

struct KeeperMessage {
  std::vector<std::string> words;  ///< at least one; none holds a NUL
  std::vector<UniqueFd> descriptors{};

  [[nodiscard]] std::string_view word() const { return words.front(); }
};

/// What a container is made of. All paths are absolute, of folders that only the caller can change.
struct KeeperPlan {
  std::vector<std::string> runtime;  ///< the OCI runtime and its global options
  std::string id;
  std::string folder;               ///< the bundle: holds config.json, and goes when the container goes
  std::vector<std::string> layers;  ///< of the root file system, the lowest first
  std::string disk;                 ///< a folder for what the container writes, which goes when the container goes
  bool read_only = false;           ///< the root file system is not to be changed
  std::string cgroup;               ///< as config.json names it
  bool terminal = false;

  /// The message that asks to mount it.
  [[nodiscard]] KeeperMessage message() const;
  /// Nothing for what is no such message.
  [[nodiscard]] static std::optional<KeeperPlan> parse(const KeeperMessage& message);
};

/// The names that a bundle's folder has for things.
namespace bundle_names {
inline constexpr std::string_view config = "config.json";
inline constexpr std::string_view root = "rootfs";
inline constexpr std::string_view pid = "pid";
inline constexpr std::string_view log = "runtime.log";  ///< the runtime's words, a JSON object a line
inline constexpr std::string_view console = "console";
}  // namespace bundle_names

/// Whole or not at all; the descriptors stay the sender's.
[[nodiscard]] std::error_code send_message(int socket, const KeeperMessage& message);
/// The next one; no words at the end. EAGAIN where the socket does not block and there is none; EBADMSG for what is no
/// message.
[[nodiscard]] std::expected<KeeperMessage, std::error_code> receive_message(int socket);

}  // namespace skillrun::inline v0
