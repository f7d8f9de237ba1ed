#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <skillrun/policy.hpp>

namespace skillrun {

/// Asks a call to stop, from any thread or a signal handler. Backed by an eventfd, so that it can be polled.
class Cancellation {
 public:
  Cancellation();
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;
  ~Cancellation();
  /// Async-signal-safe; may be called more than once.
  void cancel() noexcept;
  [[nodiscard]] bool cancelled() const noexcept;
  /// Readable once cancelled. Never read it.
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

struct EngineError {
  enum class Kind : std::uint8_t {
    absent,             ///< there is no such socket
    not_listening,      ///< there is, and nobody listens on it
    unavailable,        ///< it can not be reached in another way, or the connection broke
    permission_denied,  ///< it is there, but not for this user
    not_found,          ///< no such image or container
    refused,            ///< the engine understood and said no (4xx)
    server,             ///< the engine failed (5xx)
    protocol,           ///< the answer was not what the API promises
    deadline,           ///< no answer in time
    cancelled,
    unsupported,  ///< this engine can not do that
    untrusted,    ///< an image that must not run: it claims to be what only skillrun makes
  };
  Kind kind = Kind::server;
  std::string message;  ///< the engine's own words where there are any
};

template <class T>
using EngineResult = std::expected<T, EngineError>;

/// How long one engine call may take and what may interrupt it.
struct CallLimits {
  std::chrono::milliseconds deadline{30'000};
  const Cancellation* cancellation = nullptr;
};

/// What an engine says it can enforce; nothing where it was not asked or does not say.
struct Enforcement {
  std::optional<bool> memory;
  std::optional<bool> swap;
  std::optional<bool> pids;
  std::optional<bool> cpu;
  std::optional<bool> seccomp;
  std::optional<bool> apparmor;
  std::optional<bool> selinux;
  std::optional<bool> user_namespaces;  ///< root in a container is not root on the machine
};

struct EngineInfo {
  std::string kind;       ///< "docker" or "podman": what answers
  std::string transport;  ///< "api" or "cli"
  std::string endpoint;   ///< "unix:///run/docker.sock" or the program's path
  std::string version;
  std::string api_version;  ///< empty for the CLI
  std::string os;
  std::string architecture;
  bool rootless = false;
  bool remote = false;                ///< not on this machine: host paths are that machine's
  std::optional<std::string> socket;  ///< the local socket it listens on, for rules that keep it out of containers
  /// Who mounts the sources of binds, and whose view of the file system therefore counts.
  enum class Mounter : std::uint8_t {
    service,         ///< what listens on `socket`
    child,           ///< a child of this process
    user_namespace,  ///< a process in the namespaces that the engine keeps for its user
  };
  Mounter mounter = Mounter::service;
  bool shows_mounts = true;  ///< look_at() sees into what is mounted, not only into the image
  Enforcement enforcement;   ///< asked for only by a complete survey (doctor)
};

/// What an engine could not honour of a spec.
struct EngineGap {
  std::string setting;  ///< the member of ContainerSpec
  std::string reason;   ///< half a sentence
  Origin origin;
  bool gives_way = false;  ///< nobody declared it: a policy's default, which the run may go on without

  [[nodiscard]] std::string text() const { return setting + ": " + reason; }
};

struct ImageInfo {
  std::string id;  ///< "sha256:..."
  std::vector<std::string> repo_digests;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string user;  ///< USER of the image
  std::string os;
  std::string architecture;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;  ///< NAME=VALUE
  std::string working_dir;
  std::vector<std::string> volumes;  ///< targets of its VOLUME lines: engines mount an anonymous volume at each
};

/// A named volume that the engine has.
struct VolumeInfo {
  std::string driver;
  std::vector<std::pair<std::string, std::string>> options;  ///< of the driver
  std::vector<std::pair<std::string, std::string>> labels = {};
};

/// A named volume to be made.
struct VolumeRequest {
  std::string name;
  std::string driver;  ///< empty: the engine's own (local)
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, std::string>> labels;
};

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

/// Something to tell of a pull or build.
struct ProgressEvent {
  enum class Kind : std::uint8_t {
    stage,  ///< what is begun: "pulling image x"
    line,   ///< a line of the engine's own words
    layer,  ///< the state of one layer of the image
  };
  Kind kind = Kind::line;
  std::string text;  ///< one line that is safe for a terminal; of a layer its state: "Downloading"
  std::string layer{};
  std::uint64_t done = 0;   ///< bytes of the layer
  std::uint64_t total = 0;  ///< 0: not known
};

/// Gets the progress of a pull or build, in the thread that waits for it.
using ProgressSink = std::function<void(const ProgressEvent& event)>;

/// Gives the next bytes of a stream; an empty string is its end; an error ends the call.
using ByteSource = std::function<EngineResult<std::string>()>;

struct ImportRequest {
  std::string reference;
  std::vector<std::pair<std::string, std::string>> labels;
};

struct BuildRequest {
  std::string dockerfile;  ///< a path in the context
  std::string target;      ///< the stage to stop at; empty: the last
  std::vector<std::pair<std::string, std::string>> args;
  std::string reference;
  std::optional<std::string> platform;
  std::vector<std::pair<std::string, std::string>> labels;
};

/// What stands at a path of a container's file system.
struct ContainerEntry {
  enum class Kind : std::uint8_t {
    nothing,
    link,   ///< symbolic
    other,  ///< a folder, a file, ...
  };
  Kind kind = Kind::nothing;
  std::string leads_to{};  ///< of a link, in the engine's words; may be empty
};

/// Labels that tell which run a container is of. They find it; what may be done with it, a record of the run says that
/// only its user can write.
struct RunLabels {
  std::vector<std::pair<std::string, std::string>> entries;
};

/// A container that runs with its streams attached. The descriptors are owned by this object, non-blocking and
/// close-on-exec; -1 where there is none (not asked for, or the engine's own client holds the terminal).
class AttachedContainer {
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

struct StartOptions {
  bool standard_input = true;
  bool tty = false;
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

/// A container engine. One instance serves one thread at a time; make one per thread.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  [[nodiscard]] virtual const EngineInfo& info() const noexcept = 0;
  /// The words that mean `image` to this engine and no other image.
  [[nodiscard]] virtual std::string name_of(const ImageReference& image) const = 0;
  /// What this engine would drop of the spec, or read as something else. Asks nobody: known before anything is created.
  [[nodiscard]] virtual std::vector<EngineGap> gaps(const ContainerSpec& spec) const = 0;

  /// The image, or nothing when the engine does not have it. Never pulls.
  [[nodiscard]] virtual EngineResult<std::optional<ImageInfo>> inspect_image(const std::string& reference,
                                                                             CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> pull_image(const ImageReference& image,
                                                      const std::optional<std::string>& platform,
                                                      const ProgressSink& progress, CallLimits limits) = 0;
  /// Makes an image of one layer from the tar archive that `archive` gives.
  [[nodiscard]] virtual EngineResult<void> import_image(const ImportRequest& request, const ByteSource& archive,
                                                        CallLimits limits) = 0;
  /// Builds from the tar archive that `context` gives.
  [[nodiscard]] virtual EngineResult<void> build_image(const BuildRequest& request, const ByteSource& context,
                                                       const ProgressSink& progress, CallLimits limits) = 0;

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
  /// followed. An engine that can not tell says unsupported: nothing is never an answer for "not known".
  [[nodiscard]] virtual EngineResult<ContainerEntry> look_at(const std::string& id, const std::string& path,
                                                             CallLimits limits) = 0;
  /// The containers, in whatever state, that have a label of this name.
  [[nodiscard]] virtual EngineResult<std::vector<ListedContainer>> find_containers(const std::string& label,
                                                                                   CallLimits limits) = 0;
  /// The named volume, or nothing when the engine does not have it.
  [[nodiscard]] virtual EngineResult<std::optional<VolumeInfo>> inspect_volume(const std::string& name,
                                                                               CallLimits limits) = 0;
  /// Makes a named volume. One of that name stays as it is.
  [[nodiscard]] virtual EngineResult<void> create_volume(const VolumeRequest& request, CallLimits limits) = 0;
  /// Sends a signal (by number) to the container's first process.
  [[nodiscard]] virtual EngineResult<void> kill(const std::string& id, int signal, CallLimits limits) = 0;
  /// Freezes every process of the container, until resume().
  [[nodiscard]] virtual EngineResult<void> pause(const std::string& id, CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> resume(const std::string& id, CallLimits limits) = 0;
  [[nodiscard]] virtual EngineResult<void> resize(const std::string& id, int rows, int columns, CallLimits limits) = 0;
  /// Kills and removes the container and its anonymous volumes. A container that is gone already is success.
  [[nodiscard]] virtual EngineResult<void> remove(const std::string& id, CallLimits limits) = 0;
};

/// The body of the Engine API's create request for a spec, as JSON text. What explain and --dry-run show is what the
/// API engine sends.
[[nodiscard]] std::string create_request_json(const ContainerSpec& spec, const RunLabels& labels,
                                              const StartOptions& options, const EngineInfo& engine);

/// A spec as a command line.
struct CommandLine {
  std::vector<std::string> words;  ///< {"docker", "run", "--flag=value", ..., "--", image, args...}
  std::vector<std::string> gaps;   ///< what the program has no words for, each as half a sentence
};

/// The command line for people. The values of environment variables are in it as NAME=VALUE; what the CLI engine really
/// starts passes them through its environment instead.
[[nodiscard]] CommandLine docker_run_command(const ContainerSpec& spec, const RunLabels& labels,
                                             const StartOptions& options, const EngineInfo& engine);

/// True for the names of programs that take docker run's words.
[[nodiscard]] bool is_client_program(std::string_view name);

/// What detection reads of the world; all values as the user set them.
struct DetectionContext {
  std::string selection = "auto";             ///< --engine
  std::optional<std::string> docker_host;     ///< DOCKER_HOST
  std::optional<std::string> docker_context;  ///< DOCKER_CONTEXT
  std::string docker_config;                  ///< folder of docker's config.json
  bool docker_tls = false;                    ///< DOCKER_TLS_VERIFY or DOCKER_TLS: tcp is encrypted
  std::string docker_certificates;            ///< DOCKER_CERT_PATH, otherwise docker's configuration folder
  std::string runtime_dir;                    ///< XDG_RUNTIME_DIR
  std::string home;
  std::string path;  ///< PATH, to find docker and podman
  std::uint32_t uid = 0;

  [[nodiscard]] static DetectionContext current();
};

/// One place that detection tried.
struct Probe {
  std::string place;  ///< "unix:///run/docker.sock (Docker Engine API)"
  bool usable = false;
  std::string outcome;      ///< version, or why not: not installed, no permission, not running, ...
  std::string advice;       ///< what to do about it; may be empty
  std::string misfit = {};  ///< why it was passed over for another, although it answers; otherwise empty
};

/// Why an engine is not for what is to run, as half a sentence; empty: it is.
using EngineMisfit = std::function<std::string(const Engine&)>;

struct Detection {
  std::unique_ptr<Engine> engine;  ///< null when none answered
  std::vector<Probe> probes;       ///< in the order tried; with `all`, every place
};

/// Finds an engine: the first that answers and, where `misfit` is given, fits; the first that answers when none does.
/// With `all` (doctor) every place is tried. Never waits longer than the limits say for one place.
[[nodiscard]] Detection detect_engine(const DetectionContext& context, bool all = false, CallLimits limits = {},
                                      const EngineMisfit& misfit = {});

}  // namespace skillrun
