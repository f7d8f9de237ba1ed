#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/engine_call.hpp>
#include <skillrun/export.hpp>
#include <skillrun/policy.hpp>
#include <skillrun/spec.hpp>

namespace skillrun::inline v0 {

struct ContainerState {
  std::string id;
  std::string image_id;
  std::string status;  ///< created, running, exited, dead, ...
  int exit_code = 0;
  bool out_of_memory = false;
  std::string error;  ///< the engine's words about a failed start
};

/// An entry of a list of containers.
struct ListedContainer {
  std::string id;
  std::string status;  ///< created, running, exited, dead, ...
  std::vector<std::pair<std::string, std::string>> labels;
};

/// What stands at a path of a container's file system.
struct ContainerEntry {
  enum class Kind : std::uint8_t {
    nothing,
    link,  ///< symbolic
    folder,
    other,  ///< a file, ...
  };
  Kind kind = Kind::nothing;
  std::string leads_to{};  ///< of a link, in the engine's words; may be empty
  bool executable = true;  ///< false: nobody has the permission to execute this file
};

/// Labels that tell which run a container is of. They find it; what may be done with it, a record of the run says that
/// only its user can write.
struct RunLabels {
  std::vector<std::pair<std::string, std::string>> entries;
};

/// A container that runs with its streams attached. The descriptors are owned by this object, non-blocking and
/// close-on-exec; -1 where there is none.
class SKILLRUN_API AttachedContainer {
 public:
  AttachedContainer() = default;
  AttachedContainer(const AttachedContainer&) = delete;
  AttachedContainer& operator=(const AttachedContainer&) = delete;
  virtual ~AttachedContainer() = default;

  [[nodiscard]] virtual int input_fd() const noexcept = 0;
  [[nodiscard]] virtual int output_fd() const noexcept = 0;
  [[nodiscard]] virtual int error_fd() const noexcept = 0;
  /// True when `output_fd` carries both streams in the engine's 8-byte-header frames (see engine/stream_frames.hpp).
  [[nodiscard]] virtual bool framed() const noexcept = 0;
  /// Bytes of output that arrived with the answer to the attach call; to be handled before `output_fd` is read.
  [[nodiscard]] virtual std::string take_prefetched() = 0;
  /// Ends the container's standard input. input_fd() is -1 afterwards.
  virtual void close_input() = 0;
  /// Readable once the container has ended (or the engine is gone): then call finish().
  [[nodiscard]] virtual int exit_fd() const noexcept = 0;
  /// Reaps what stood behind exit_fd; the container's own status comes from Engine::inspect.
  [[nodiscard]] virtual EngineResult<void> finish(CallLimits limits) = 0;
};

/// Another name of a bind source, under which nobody can exchange what was judged.
struct SourceAlias {
  std::string source;  ///< as the spec has it
  std::string handed;  ///< as the engine is told
};

struct TerminalSize {
  int rows = 0;
  int columns = 0;
};

struct StartOptions {
  bool standard_input = true;
  bool tty = false;
  /// What a terminal of the skill is to be like before its first instruction, where the engine can do that; nothing: as
  /// the engine likes.
  std::optional<TerminalSize> terminal_size{};
  /// What the engine calls the image where that is not the spec's name: the private name of one that skillrun built.
  std::string image{};
  std::vector<SourceAlias> aliases{};  ///< of bind sources; one without an alias is handed over by its own name
  /// Variables beside those of the spec, to take the effect of the image's own away.
  std::vector<std::pair<std::string, std::string>> environment{};
};

/// What a container was asked for by, to tell what its engine only says in other words.
struct AskedContainer {
  const ContainerSpec& spec;
  std::span<const SourceAlias> aliases{};  ///< under which bind sources were handed over
};

/// What an engine gave a container and no spec can say: never what was approved.
struct ForeignValue {
  std::string setting;  ///< the member of ContainerSpec that it is about
  std::string text;
};

/// A container as its engine says it made it: a spec again, without origins, and what it tells beside.
struct ObservedContainer {
  std::string id;
  std::string image_id;           ///< "sha256:..."
  std::vector<std::string> argv;  ///< what will be executed, without the engine's own init
  ContainerSpec spec;             ///< without image, entrypoint and command, which image_id and argv stand for
  std::vector<ForeignValue> foreign;
  std::vector<std::string> untold;  ///< members that this engine does not tell, which is not the same as empty
  std::optional<std::vector<std::string>> bounding_capabilities;  ///< all that it can ever have
  std::string apparmor_profile;
  std::optional<std::vector<std::string>> masked_paths;
  std::optional<std::vector<std::string>> readonly_paths;
};

/// What makes containers and carries them through their lives.
class SKILLRUN_API ContainerBackend {
 public:
  ContainerBackend() = default;
  ContainerBackend(const ContainerBackend&) = delete;
  ContainerBackend& operator=(const ContainerBackend&) = delete;
  virtual ~ContainerBackend() = default;

  /// Creates the container from the approved spec and nothing else; its id. `tty` is the decision for this run.
  [[nodiscard]] virtual EngineResult<std::string> create(const ApprovedSpec& approved, const RunLabels& labels,
                                                         const StartOptions& options, CallLimits limits) = 0;
  /// Attaches the streams, then starts: no byte of output is lost.
  [[nodiscard]] virtual EngineResult<std::unique_ptr<AttachedContainer>> start(const std::string& id,
                                                                               const StartOptions& options,
                                                                               CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<ContainerState> inspect(const std::string& id, CallLimits limits) = 0;
  /// What the engine says it made of what was asked for.
  [[nodiscard]] virtual EngineResult<ObservedContainer> observe(const std::string& id, const AskedContainer& asked,
                                                                CallLimits limits) = 0;
  /// What the image of a container that has not started put at `path`, absolute and clean, the last component not
  /// followed. An engine that cannot tell says unsupported: nothing is never an answer for "not known".
  [[nodiscard]] virtual EngineResult<ContainerEntry> look_at(const std::string& id, const std::string& path,
                                                             CallLimits limits) = 0;
  /// The containers, in whatever state, that have a label of this name.
  [[nodiscard]] virtual EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label,
                                                                                   CallLimits limits) = 0;
  /// Sends a signal (by number) to the container's first process.
  [[nodiscard]] virtual EngineResult<void> kill(const std::string& id, int signal, CallLimits limits) = 0;
  /// Freezes every process of the container, until resume().
  [[nodiscard]] virtual EngineResult<void> pause(const std::string& id, CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> resume(const std::string& id, CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> resize(const std::string& id, int rows, int columns, CallLimits limits) = 0;
  /// Kills and removes the container and its anonymous volumes. A container that is gone already is success.
  [[nodiscard]] virtual EngineResult<void> remove(const std::string& id, CallLimits limits) = 0;
};

}  // namespace skillrun::inline v0
