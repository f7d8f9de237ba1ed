#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include <skillrun/export.hpp>

namespace skillrun::inline v0 {

/// Asks a call to stop, from any thread or a signal handler. Backed by an eventfd, so that it can be polled.
class SKILLRUN_API Cancellation {
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
    unavailable,        ///< it cannot be reached in another way, or the connection broke
    permission_denied,  ///< it is there, but not for this user
    not_found,          ///< no such image or container
    refused,            ///< the engine understood and said no (4xx)
    server,             ///< the engine failed (5xx)
    protocol,           ///< the answer was not what the API promises
    deadline,           ///< no answer in time
    cancelled,
    unsupported,      ///< this engine cannot do that
    untrusted,        ///< an image that must not run: it claims to be what only skillrun makes
    transient,        ///< a registry or the way to it failed in a manner that often passes by itself
    no_such_command,  ///< the image does not have the command that it was to start
    not_executable,   ///< it has, and it cannot be executed
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

}  // namespace skillrun::inline v0
