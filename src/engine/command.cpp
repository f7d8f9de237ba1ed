// One child process, its pipes, a deadline and a cancellation in one poll loop.
#include "engine/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "support/process/pipe.hpp"
#include "support/process/sigpipe_guard.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kept_error_bytes = std::size_t{64} << 10;
constexpr std::chrono::milliseconds end_patience{3000};
/// How long a pipe may stay open after the program has ended (some helper of it holds it).
constexpr std::chrono::milliseconds after_end{500};

/// Cuts a stream into lines.
class Lines {
 public:
  explicit Lines(const ProgressSink* sink) : sink_(sink) {}
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() { flush(); }

  void add(std::string_view bytes) {
    if (sink_ == nullptr || !*sink_) return;
    for (const char c : bytes) {
      if (c == '\n' || c == '\r') {
        flush();
      } else if (line_.size() < 4096) {
        line_.push_back(c);
      }
    }
  }

 private:
  void flush() {
    const std::string line = without_colors(line_);
    if (!line.empty() && sink_ != nullptr && *sink_) {
      (*sink_)({.kind = ProgressEvent::Kind::line, .text = printable(line)});
    }
    line_.clear();
  }

  const ProgressSink* sink_;
  std::string line_;
};

class Conversation {
 public:
  Conversation(const std::string& program, CallLimits limits, const CommandStreams& streams)
      : program_(program),
        limits_(limits),
        streams_(streams),
        deadline_(Clock::now() + limits.deadline),
        output_lines_(streams.progress),
        error_lines_(streams.progress) {}

  EngineResult<CommandResult> run(const ProcessRequest& request);

 private:
  struct Ends {
    UniqueFd input, output, error;
  };

  EngineResult<void> turn(Process& process);
  EngineResult<void> feed();
  EngineResult<void> read_from(UniqueFd& fd, bool is_error);
  [[nodiscard]] EngineError broken_off(Process& process) const;

  const std::string& program_;
  CallLimits limits_;
  const CommandStreams& streams_;
  Clock::time_point deadline_;
  Ends ours_;
  Lines output_lines_;
  Lines error_lines_;
  std::string pending_;  ///< input that was given but is not written yet
  std::size_t written_ = 0;
  std::optional<Clock::time_point> ended_;
  CommandResult result_;
};

EngineResult<CommandResult> Conversation::run(const ProcessRequest& request) {
  const SigpipeGuard no_sigpipe;
  ProcessRequest full = request;
  Ends theirs;
  if (streams_.input != nullptr) {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(engine_error(pipe.error()));
    theirs.input = std::move(pipe->first);
    ours_.input = std::move(pipe->second);
    full.input = theirs.input.get();
    set_nonblocking(ours_.input.get());
  }
  for (const auto& [own, child] : {std::pair{&ours_.output, &theirs.output}, std::pair{&ours_.error, &theirs.error}}) {
    auto pipe = make_pipe();
    if (!pipe) return std::unexpected(engine_error(pipe.error()));
    *own = std::move(pipe->first);
    *child = std::move(pipe->second);
    set_nonblocking(own->get());
  }
  full.output = theirs.output.get();
  full.error = theirs.error.get();
  auto process = spawn(full);
  theirs = Ends{};
  if (!process) return std::unexpected(engine_error(process.error()));

  while (ours_.output || ours_.error || !ended_) {
    if (auto turned = turn(*process); !turned) return std::unexpected(turned.error());
    if (ended_ && Clock::now() - *ended_ > after_end) break;
  }
  result_.status = process->wait(end_patience).value_or(255);
  return std::move(result_);
}

EngineError Conversation::broken_off(Process& process) const {
  process.terminate(end_patience);
  if (limits_.cancellation != nullptr && limits_.cancellation->cancelled()) {
    return {EngineError::Kind::cancelled, "cancelled"};
  }
  return {EngineError::Kind::deadline,
          fmt::format("{} did not answer within {} ms", program_, limits_.deadline.count())};
}

EngineResult<void> Conversation::turn(Process& process) {
  std::array<pollfd, 5> entries{};
  entries[0] = {ended_ ? -1 : process.pidfd(), POLLIN, 0};
  entries[1] = {ours_.output.get(), POLLIN, 0};
  entries[2] = {ours_.error.get(), POLLIN, 0};
  entries[3] = {ours_.input.get(), POLLOUT, 0};
  entries[4] = {limits_.cancellation != nullptr ? limits_.cancellation->fd() : -1, POLLIN, 0};
  auto until = deadline_;
  if (ended_) until = std::min(until, *ended_ + after_end);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  const int ready = ::poll(entries.data(), entries.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  if (ready < 0 && errno != EINTR) {
    return std::unexpected(EngineError{EngineError::Kind::server, fmt::format("poll: {}", std::strerror(errno))});
  }
  if (ready < 0) return {};
  if (entries[4].revents != 0 || Clock::now() >= deadline_) return std::unexpected(broken_off(process));
  if (entries[1].revents != 0) {
    if (auto read = read_from(ours_.output, false); !read) return read;
  }
  if (entries[2].revents != 0) {
    if (auto read = read_from(ours_.error, true); !read) return read;
  }
  if (entries[3].revents != 0) {
    // A failed source must not look like an end of input, so the program dies first.
    if (auto fed = feed(); !fed) {
      process.terminate(std::chrono::milliseconds{0});
      return fed;
    }
  }
  if (entries[0].revents != 0) ended_ = Clock::now();
  return {};
}

EngineResult<void> Conversation::feed() {
  if (written_ == pending_.size()) {
    auto next = (*streams_.input)();
    if (!next) return std::unexpected(next.error());
    pending_ = std::move(*next);
    written_ = 0;
    if (pending_.empty()) {
      ours_.input.reset();
      return {};
    }
  }
  const ssize_t count = ::write(ours_.input.get(), pending_.data() + written_, pending_.size() - written_);
  if (count > 0) {
    written_ += static_cast<std::size_t>(count);
  } else if (errno != EAGAIN && errno != EINTR) {
    // The program wants no more; its exit status and words say why.
    ours_.input.reset();
  }
  return {};
}

EngineResult<void> Conversation::read_from(UniqueFd& fd, bool is_error) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (count <= 0) {
    fd.reset();
    return {};
  }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
  if (is_error) {
    error_lines_.add(bytes);
    result_.error += bytes;
    if (result_.error.size() > 2 * kept_error_bytes) {
      result_.error.erase(0, result_.error.size() - kept_error_bytes);
    }
    return {};
  }
  output_lines_.add(bytes);
  if (streams_.progress != nullptr) return {};
  result_.output += bytes;
  if (result_.output.size() > max_command_output) {
    return std::unexpected(EngineError{EngineError::Kind::protocol, fmt::format("{} prints too much", program_)});
  }
  return {};
}

}  // namespace

EngineError engine_error(const ProcessError& error) {
  switch (error.kind) {
    case ProcessError::Kind::unfit: return {EngineError::Kind::unsupported, error.message};
    case ProcessError::Kind::not_found: return {EngineError::Kind::not_found, error.message};
    case ProcessError::Kind::permission_denied: return {EngineError::Kind::permission_denied, error.message};
    case ProcessError::Kind::system: break;
  }
  return {EngineError::Kind::server, error.message};
}

EngineResult<CommandResult> run_command(const ProcessRequest& request, CallLimits limits,
                                        const CommandStreams& streams) {
  if (limits.cancellation != nullptr && limits.cancellation->cancelled()) {
    return std::unexpected(EngineError{EngineError::Kind::cancelled, "cancelled"});
  }
  return Conversation(request.program, limits, streams).run(request);
}

}  // namespace skillrun::inline v0
