#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include <skillrun/containers.hpp>

namespace skillrun::inline v0 {

/// Signals, pauses and resizes for a container that is running, made one after another in a thread of their own: an
/// engine may answer a kill only once the container's output has been read, so whoever reads it must not wait for the
/// answer. While one lives the engine belongs to it.
class ContainerCalls {
 public:
  ContainerCalls(ContainerBackend& containers, const std::string& id, std::chrono::milliseconds call_deadline)
      : containers_(containers), id_(id), call_deadline_(call_deadline) {}
  ContainerCalls(const ContainerCalls&) = delete;
  ContainerCalls& operator=(const ContainerCalls&) = delete;
  /// Breaks off what is not finished.
  ~ContainerCalls();

  void signal(int number);
  void resize(TerminalSize size);
  /// Returns once the container stands still, or could not be made to, or after `patience`.
  void pause(std::chrono::milliseconds patience);
  void resume();

 private:
  enum class Kind : std::uint8_t { signal, resize, pause, resume };
  struct Call {
    Kind kind = Kind::signal;
    int signal = 0;
    TerminalSize size{};
  };

  void add(Call call);
  void work();
  void make(const Call& call);

  ContainerBackend& containers_;
  const std::string& id_;
  std::chrono::milliseconds call_deadline_;
  Cancellation over_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Call> calls_;
  bool busy_ = false;  ///< a call is under way
  bool closed_ = false;
  std::thread thread_;  ///< started by the first call
};

}  // namespace skillrun::inline v0
