#include "run/supervise.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <optional>

#include <fmt/format.h>

#include "engine/log.hpp"
#include "run/container_calls.hpp"
#include "run/signal_number.hpp"
#include "run/terminal.hpp"

namespace skillrun::inline v0 {

namespace {

using Clock = Pump::Clock;

/// Requests to end that come within this time are of one mind.
constexpr std::chrono::seconds in_a_row{10};

class Supervisor {
 public:
  Supervisor(const Watched& watched, const EndingLimits& limits)
      : watched_(watched), limits_(limits), calls_(watched.containers, watched.id, limits.call) {
    // A duration of 0 means no limit, and one beyond a year would leave the clock's range.
    if (watched.spec.timeout && watched.spec.timeout->value.count() > 0) {
      const auto timeout =
          std::min<std::chrono::nanoseconds>(watched.spec.timeout->value, std::chrono::hours{24 * 365});
      next_step_ = watched.started + timeout;
    }
  }

  Ending run();

 private:
  enum class Stage : std::uint8_t { running, stopping, killed };

  void look_at_streams();
  void take_signals();
  void take_signal(int number);
  [[nodiscard]] bool is_third_request(int number);
  void step();
  void kill(EndCause cause, std::string message = {});
  void send(int number) { calls_.signal(number); }
  void resize();
  void suspend(Stopped who);
  void look_whether_deserted();
  void ask_to_end(EndCause why);
  void cause(EndCause cause, std::string message = {});
  [[nodiscard]] bool finished();

  const Watched& watched_;
  const EndingLimits& limits_;
  Stage stage_ = Stage::running;
  Clock::time_point next_step_ = Clock::time_point::max();  ///< timeout, then end of grace, then giving up
  std::deque<Clock::time_point> requests_to_end_;           ///< when the last of them came
  std::optional<Clock::time_point> deserted_;               ///< since when
  bool cancellation_heard_ = false;
  Ending ending_;
  ContainerCalls calls_;
};

Ending Supervisor::run() {
  resize();
  while (!finished()) {
    auto until = next_step_;
    if (watched_.pump.ended() && !watched_.pump.blocked()) {
      until = std::min(until, watched_.pump.last_progress() + limits_.quiet_drain);
    }
    if (deserted_) until = std::min(until, *deserted_ + limits_.deserted);
    std::array<pollfd, 2> entries{{{watched_.control.signal_fd(), POLLIN, 0},
                                   {cancellation_heard_ ? -1 : watched_.control.cancellation().fd(), POLLIN, 0}}};
    watched_.pump.turn(until == Clock::time_point::max() ? Clock::now() + std::chrono::hours{1} : until, entries);
    look_at_streams();
    if (watched_.look_at_terminal) watched_.look_at_terminal();
    if (watched_.pump.take_stop_key()) suspend(Stopped::job);
    look_whether_deserted();
    if (entries[1].revents != 0) {
      cancellation_heard_ = true;
      watched_.pump.drop_output();
      kill(EndCause::cancelled);
    }
    if (entries[0].revents != 0) take_signals();
    if (Clock::now() >= next_step_) step();
  }
  return std::move(ending_);
}

bool Supervisor::finished() {
  const Pump& pump = watched_.pump;
  if (ending_.given_up) return true;
  if (!pump.ended()) return false;
  if (pump.drained()) return true;
  return !pump.blocked() && Clock::now() >= pump.last_progress() + limits_.quiet_drain;
}

void Supervisor::look_at_streams() {
  if (ending_.cause != EndCause::by_itself) return;
  if (const int error = watched_.pump.write_error(); error != 0) {
    watched_.pump.drop_output();
    if (error == EPIPE || error == ECONNRESET) return kill(EndCause::reader_gone);
    return kill(EndCause::write_failed, fmt::format("the skill's output cannot be written: {}", std::strerror(error)));
  }
  if (const auto& error = watched_.pump.protocol_error(); error) return kill(EndCause::lost_stream, error->message);
}

void Supervisor::take_signals() {
  while (const auto number = watched_.signals.next()) take_signal(*number);
}

void Supervisor::take_signal(int number) {
  if (number == SIGWINCH) return resize();
  if (number == SIGTSTP) return suspend(Stopped::program);
  if (watched_.pump.ended()) {
    // Nothing is left to be signalled; who interrupts now does not want to wait for a reader.
    if (number == SIGUSR1 || number == SIGUSR2) return;
    watched_.pump.drop_output();
    return cause(EndCause::cancelled);
  }
  send(is_third_request(number) ? SIGKILL : number);
}

/// A skill may take its time to end, and may ignore that it is asked to; whoever asks three times in a row means it.
bool Supervisor::is_third_request(int number) {
  if (number != SIGINT && number != SIGTERM && number != SIGHUP && number != SIGQUIT) return false;
  const auto now = Clock::now();
  while (!requests_to_end_.empty() && now - requests_to_end_.front() > in_a_row) requests_to_end_.pop_front();
  requests_to_end_.push_back(now);
  if (requests_to_end_.size() < 3) return false;
  log::info("asked to end for the third time: killing the skill");
  return true;
}

/// What a shell's user expects of any program: all of it stands still until it is woken, and takes part again.
void Supervisor::suspend(Stopped who) {
  const bool runs = !watched_.pump.ended();
  if (runs) calls_.pause(limits_.pause);
  if (watched_.stop) watched_.stop(who);
  if (runs) calls_.resume();
  resize();
}

void Supervisor::step() {
  switch (stage_) {
    case Stage::running: {
      if (watched_.pump.ended()) {
        // The skill was in time; how long its output takes is its reader's affair.
        next_step_ = Clock::time_point::max();
        return;
      }
      return ask_to_end(EndCause::timed_out);
    }
    case Stage::stopping: return kill(ending_.cause);
    case Stage::killed:
      if (watched_.pump.ended()) {
        watched_.pump.drop_output();
        next_step_ = Clock::time_point::max();
        return;
      }
      ending_.given_up = true;
      return;
  }
}

void Supervisor::ask_to_end(EndCause why) {
  cause(why);
  const auto& spec = watched_.spec;
  stage_ = Stage::stopping;
  next_step_ = Clock::now() + grace_of(spec, limits_);
  send(spec.stop_signal ? signal_number(spec.stop_signal->value).value_or(SIGTERM) : SIGTERM);
}

void Supervisor::look_whether_deserted() {
  const bool matters = !watched_.outlives_client && stage_ == Stage::running && !watched_.pump.ended();
  if (!matters || !watched_.pump.deserted()) return deserted_.reset();
  if (!deserted_) deserted_ = Clock::now();
  if (Clock::now() < *deserted_ + limits_.deserted) return;
  deserted_.reset();
  ask_to_end(EndCause::deserted);
}

void Supervisor::kill(EndCause why, std::string message) {
  cause(why, std::move(message));
  stage_ = Stage::killed;
  if (!watched_.pump.ended()) send(SIGKILL);
  next_step_ = Clock::now() + limits_.after_kill;
}

void Supervisor::resize() {
  if (watched_.terminal < 0) return;
  const auto size = window_size(watched_.terminal);
  if (size) calls_.resize(*size);
}

void Supervisor::cause(EndCause why, std::string message) {
  if (ending_.cause != EndCause::by_itself) return;
  ending_.cause = why;
  ending_.message = std::move(message);
}

}  // namespace

std::chrono::milliseconds grace_of(const ContainerSpec& spec, const EndingLimits& limits) {
  if (!spec.stop_timeout) return limits.grace;
  return std::min<std::chrono::milliseconds>(spec.stop_timeout->value, limits.longest_grace);
}

Ending supervise(const Watched& watched, const EndingLimits& limits) { return Supervisor(watched, limits).run(); }

}  // namespace skillrun::inline v0
