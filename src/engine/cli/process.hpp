#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <skillrun/engine.hpp>

#include "support/unique_fd.hpp"

namespace skillrun {

/// What a child process is started with. There is never a shell between.
struct ProcessRequest {
  std::string program;                   ///< absolute path
  std::vector<std::string> arguments;    ///< argv without argv[0]
  std::vector<std::string> environment;  ///< NAME=VALUE, all of it: nothing is inherited
  int input = -1;                        ///< what the child gets as 0, 1, 2; -1 is /dev/null
  int output = -1;
  int error = -1;
  std::string directory;  ///< where it starts; empty: where this program is
  int extra = -1;         ///< what it gets as descriptor 3; -1: nothing
  bool own_group = true;  ///< a process group of its own: signals of the terminal do not reach it
};

/// The descriptor number of ProcessRequest::extra in the child.
inline constexpr int extra_descriptor = 3;

/// A child process. Destroying one that still runs kills it (with its group) and reaps it.
class Process {
 public:
  Process(int pid, UniqueFd pidfd, bool own_group) noexcept;
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// Readable once the process has ended.
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }
  void send(int signal) const noexcept;
  /// Waits for its end: the exit status, or 128+N after signal N. Nothing when it did not end in time.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);
  /// Asks it to end, then makes it.
  void terminate(std::chrono::milliseconds patience);

 private:
  int pid_;
  UniqueFd pidfd_;
  bool own_group_;
  std::optional<int> status_;
};

/// Starts a program: default signal dispositions, nothing blocked, no descriptor but those of the request. The error
/// says why the program could not be executed.
[[nodiscard]] EngineResult<Process> spawn(const ProcessRequest& request);

/// A close-on-exec pipe: read end, write end, neither of them a standard descriptor.
[[nodiscard]] EngineResult<std::pair<UniqueFd, UniqueFd>> make_pipe();

void set_nonblocking(int fd) noexcept;

/// The executable that `name` means: itself when it holds a slash, else the first match in `path` (colon-separated;
/// relative entries are passed over, so that no working directory decides what runs).
[[nodiscard]] std::optional<std::string> find_program(const std::string& name, std::string_view path);

struct CommandResult {
  int status = 0;  ///< exit status, or 128+N
  std::string output;
  std::string error;  ///< the last part, where there was a lot
};

/// Where a command's input comes from and its lines go to.
struct CommandStreams {
  const ByteSource* input = nullptr;       ///< null: /dev/null
  const ProgressSink* progress = nullptr;  ///< gets each line of both outputs; `output` stays empty then
};

/// Runs a program to its end. Output is bounded: more than `max_output` bytes are an error. When the limits end the
/// call, the program is ended with its group; when the input fails, it is killed before it sees an end of input.
[[nodiscard]] EngineResult<CommandResult> run_command(const ProcessRequest& request, CallLimits limits,
                                                      const CommandStreams& streams = {});

inline constexpr std::size_t max_command_output = std::size_t{16} << 20;

}  // namespace skillrun
