#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/native/attached_bundle.hpp"
#include "engine/native/bundle/bundle_context.hpp"
#include "engine/native/keeper_client.hpp"
#include "engine/native/run_folder.hpp"
#include "engine/native/store/image_store.hpp"
#include "support/json.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

/// A container of this process.
struct NativeContainer {
  std::string id;
  StoredImage image;
  ImageLease lease;
  RunFolder folder;
  std::string disk;    ///< folder of what it writes
  std::string cgroup;  ///< as its config.json names it
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::string> without{};  ///< settings that gave way
  bool tty = false;
  bool standard_input = false;
  std::optional<TerminalSize> terminal_size{};
  std::shared_ptr<KeeperClient> keeper{};
  UniqueFd root{};          ///< folder of its root file system, without what is mounted in it
  UniqueFd process{};       ///< pidfd of its first process
  pid_t pid = -1;           ///< that process, as this process sees it
  BundleStreams streams{};  ///< until it starts
  UniqueFd terminal{};      ///< to change its size
  ImageIdentity who{};
  std::vector<VolumeFolder> volumes{};
  std::vector<SourceAlias> aliases{};
  json::object config{};         ///< what the runtime was told
  std::string program_before{};  ///< what its first process executes until the command takes its place
  bool started = false;

  /// What the runtime calls it: enough of the id to tell the containers of a machine apart.
  [[nodiscard]] std::string short_id() const { return id.substr(0, 16); }
};

/// A pipe's ends: what the container gets, and what this process keeps, which does not block.
struct ContainerStreams {
  UniqueFd input, output, error;  ///< the container's
  BundleStreams ours;
};

/// Pipes for a container without a terminal; with one there is nothing to be made beforehand.
[[nodiscard]] EngineResult<ContainerStreams> make_streams(const StartOptions& options);

/// Has the keeper run the runtime, `program`, with a command. What goes wrong is told in the words of the runtime's
/// log, with a kind of its own where the image's command is to blame, which is named.
[[nodiscard]] EngineResult<std::vector<UniqueFd>> run_runtime(NativeContainer& container, const std::string& program,
                                                              const std::string& command, CallLimits limits);

/// What a runtime complained of last in its log (a JSON object a line), about a container that was to execute
/// `command`; `otherwise` where it said nothing.
[[nodiscard]] EngineError runtime_error(std::string_view log, const std::string& command, const EngineError& otherwise);

/// The number of the process behind a pidfd, as /proc/self/fdinfo tells it; -1 where it has ended.
[[nodiscard]] pid_t process_of(int pidfd);

}  // namespace skillrun::inline v0
