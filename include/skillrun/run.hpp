#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <skillrun/engine.hpp>
#include <skillrun/export.hpp>
#include <skillrun/policy.hpp>

namespace skillrun::inline v0 {

enum class RunStatus : std::uint8_t {
  exited,
  signalled,
  timed_out,
  out_of_memory,
  refused,
  invalid_manifest,
  no_such_skill,
  image_unavailable,
  engine_unavailable,
  engine_error,
  cancelled,
};

/// The word of the result document: "exited", "timed-out", ...
[[nodiscard]] SKILLRUN_API std::string_view to_string(RunStatus status) noexcept;

/// Why a run came to no end of the skill's own.
enum class RunFailure : std::uint8_t {
  refused,             ///< by the policy, or by a comparison of what was made with what was approved
  invalid_manifest,    ///< the manifest cannot be read
  no_such_skill,       ///< no manifest has it
  image_unavailable,   ///< the image is not there and cannot be pulled or built
  engine_unavailable,  ///< no engine answers
  engine_error,        ///< the engine failed, or said what cannot be
};

namespace outcome {

/// The skill ended by itself.
struct Exited {
  int code = 0;
};
/// A signal ended the skill.
struct Signalled {
  int number = 0;
};
/// The kernel killed the skill because its memory was used up.
struct OutOfMemory {};
/// The run's timeout ended the skill.
struct TimedOut {
  std::optional<int> signal{};  ///< that it died of; nothing when it ended by itself once it was asked to
};
/// The caller ended the run.
struct Cancelled {
  std::optional<int> signal{};  ///< that the skill died of; nothing when it never ran, or ended once it was asked to
};
/// The command is not in the image.
struct NoSuchCommand {};
/// The command is in the image and cannot be executed.
struct NotExecutable {};
struct Failed {
  RunFailure reason = RunFailure::engine_error;
  std::optional<int> signal{};  ///< that the skill died of, where it ran
};

}  // namespace outcome

/// How a run ended: exactly one of the ways there are.
using Outcome = std::variant<outcome::Failed, outcome::Exited, outcome::Signalled, outcome::OutOfMemory,
                             outcome::TimedOut, outcome::Cancelled, outcome::NoSuchCommand, outcome::NotExecutable>;

/// One output stream of a run.
struct StreamResult {
  std::string captured;     ///< empty unless captured
  std::uint64_t bytes = 0;  ///< all that the skill wrote
  bool truncated = false;   ///< more came than the cap allows; the rest was read and dropped
};

struct RunTimes {
  std::chrono::nanoseconds queued{};  ///< from RunOptions::requested to the beginning of the run
  std::chrono::nanoseconds image{};   ///< inspect, pull, build
  std::chrono::nanoseconds create{};
  std::chrono::nanoseconds verify{};  ///< looking at what was created
  std::chrono::nanoseconds start{};
  std::chrono::nanoseconds run{};  ///< from start to end
  std::chrono::nanoseconds remove{};
  std::chrono::nanoseconds total{};
};

/// What became of a run. Nothing of it is guessed from an exit code.
struct SKILLRUN_API RunResult {
  Outcome outcome;
  std::string message;  ///< for people; empty when the skill ran and ended by itself
  std::string skill;
  std::optional<std::string> instance;
  std::string container_id;
  std::string image;         ///< the reference in the manifest; with `build` an alias that only skillrun knows
  std::string built_image;   ///< the private name by which the engine has an image that was built here; else empty
  std::string image_id;      ///< "sha256:..."
  std::string image_digest;  ///< "sha256:..." by which its registry knows it; empty for an image that was built here
  EngineInfo engine;
  std::string policy;
  std::string policy_digest;  ///< see Policy::digest()
  Findings findings;
  StreamResult output;
  StreamResult error;
  std::uint64_t input_bytes = 0;
  RunTimes times;

  /// The outcome as the result document sums it up; what an engine could not start is an engine error there.
  [[nodiscard]] RunStatus status() const noexcept;
  /// The exit status of skillrun for this result (see docs/exit-status.md).
  [[nodiscard]] int exit_status() const noexcept;
  /// The exit status of the skill, as a shell sees it: 128+N when signal N ended it. Nothing when it did not come to
  /// its own end.
  [[nodiscard]] std::optional<int> exit_code() const noexcept;
  /// The signal that the skill died of, if any.
  [[nodiscard]] std::optional<int> signal() const noexcept;
};

/// Where a run's streams go. A descriptor of -1 means: no input, or drop the output. Descriptors are not closed and
/// their flags are left as they were.
struct RunIo {
  int input = -1;
  int output = -1;
  int error = -1;
  bool capture = false;                                  ///< collect output and error in the result instead
  std::uint64_t max_captured = std::uint64_t{64} << 20;  ///< bytes per stream
  bool terminal = false;                                 ///< input and output are one terminal: raw mode, resizing
  /// Ctrl-Z on a terminal freezes the skill and stops the caller's job, as with any program; false: the skill gets it.
  bool stop_key = true;
  /// Otherwise the skill is asked to end once nobody is left at its streams: the input has ended, and the readers of
  /// the output, which were there, have gone.
  bool outlives_client = false;
};

/// Controls a run from another thread or a signal handler.
class SKILLRUN_API RunControl {
 public:
  RunControl();
  RunControl(const RunControl&) = delete;
  RunControl& operator=(const RunControl&) = delete;
  ~RunControl();
  /// Ends the run at whatever stage it is. Async-signal-safe.
  void cancel() noexcept;
  /// Before the skill runs: cancels. Then: sends the signal to the skill. SIGWINCH only resizes; SIGTSTP freezes the
  /// skill and stops this process until SIGCONT, at any time. Async-signal-safe.
  void signal(int number) noexcept;
  [[nodiscard]] const Cancellation& cancellation() const noexcept;
  /// Readable when a signal for the skill waits.
  [[nodiscard]] int signal_fd() const noexcept;

 private:
  friend class SkillSignals;

  struct State;
  std::unique_ptr<State> state_;
};

/// How long making sure of an image may take, all attempts together.
inline constexpr std::chrono::minutes usual_pull_timeout{15};
inline constexpr std::chrono::minutes usual_build_timeout{60};

struct RunOptions {
  std::vector<std::pair<std::string, std::string>> labels;  ///< added to skillrun's own
  ProgressSink progress;                                    ///< of pulls and builds; may be empty
  std::function<void()> image_ready;                        ///< called once the image is there; may be empty
  /// When the caller asked for this run, for RunTimes::queued; nothing: now.
  std::optional<std::chrono::steady_clock::time_point> requested;
  /// Of an image that is not built. The timeout of a spec begins with the skill.
  std::chrono::milliseconds pull_timeout{usual_pull_timeout};
};

/// What admit() may ask while an engine is at hand: this machine's file system unless the engine is elsewhere, and the
/// engine's own volumes. Asks the engine only about volumes that a spec names. Serves one thread, as the engine does,
/// which must outlive it.
class SKILLRUN_API EngineHost final : public HostView {
 public:
  /// `today` is the day (UTC) by which waivers are judged; without one none holds.
  explicit EngineHost(Engine& engine, std::optional<std::chrono::year_month_day> today = std::nullopt);
  ~EngineHost() override;
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> links_on(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> engine_socket() const override;
  [[nodiscard]] std::optional<std::uint32_t> uid() const override;
  [[nodiscard]] std::optional<std::uint32_t> gid() const override;
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> groups() const override;
  [[nodiscard]] std::optional<Ownership> ownership(const std::string& path) const override;
  [[nodiscard]] std::vector<std::string> homes() const override;
  [[nodiscard]] std::vector<std::string> account_homes() const override;
  [[nodiscard]] std::vector<std::string> own_folders() const override;
  [[nodiscard]] std::optional<bool> exists(const std::string& path) const override;
  [[nodiscard]] std::optional<std::vector<Entry>> entries(const std::string& path) const override;
  [[nodiscard]] std::optional<bool> is_socket(const std::string& path) const override;
  [[nodiscard]] std::optional<std::string> file_text(const std::string& path, std::size_t limit) const override;
  [[nodiscard]] bool engine_is_remote() const override;
  [[nodiscard]] std::optional<std::string> engine_platform() const override;
  [[nodiscard]] std::optional<Volume> existing_volume(const std::string& name) const override;
  [[nodiscard]] bool reads_file_system() const override;
  [[nodiscard]] std::optional<std::chrono::year_month_day> today() const override;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// An image that a skill may run in.
struct SkillImage {
  ImageInfo info;
  std::string private_name;  ///< what the engine calls it when skillrun built it; otherwise empty
};

/// Makes sure the image of an approved spec is there, within the deadline: inspects, pulls or builds as the spec says.
/// An image that claims to be skillrun's own by a label `skillrun.*`, and was not built by this very recipe, is an
/// error (untrusted).
[[nodiscard]] SKILLRUN_API EngineResult<SkillImage> ensure_image(Engine& engine, const ApprovedSpec& approved,
                                                                 const ProgressSink& progress, CallLimits limits);

/// Builds the image of an approved spec by its recipe, whether or not it is there already. Unsupported when the spec
/// has no recipe.
[[nodiscard]] SKILLRUN_API EngineResult<SkillImage> rebuild_image(Engine& engine, const ApprovedSpec& approved,
                                                                  const ProgressSink& progress, CallLimits limits);

/// Runs an approved spec to its end: image, create, attach, start, streams, wait, inspect, remove. Whatever happens,
/// the container is removed (unless the spec keeps it). Blocks; control it through `control`.
[[nodiscard]] SKILLRUN_API RunResult execute(Engine& engine, const ApprovedSpec& approved, const RunIo& io,
                                             RunControl& control, const RunOptions& options = {});

/// The result document (JSON), as --json and --result-file write it.
[[nodiscard]] SKILLRUN_API std::string to_json(const RunResult& result);

/// The JSON Schema (draft 2020-12) of the result document, as JSON text.
[[nodiscard]] SKILLRUN_API std::string result_schema();

}  // namespace skillrun::inline v0
