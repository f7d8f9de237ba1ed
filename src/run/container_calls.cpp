#include "run/container_calls.hpp"

#include "engine/log.hpp"
#include "engine/quiet_thread.hpp"

namespace skillrun::inline v0 {

ContainerCalls::~ContainerCalls() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  over_.cancel();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ContainerCalls::signal(int number) { add({.kind = Kind::signal, .signal = number}); }

void ContainerCalls::resize(TerminalSize size) { add({.kind = Kind::resize, .size = size}); }

void ContainerCalls::resume() { add({.kind = Kind::resume}); }

void ContainerCalls::pause(std::chrono::milliseconds patience) {
  add({.kind = Kind::pause});
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return calls_.empty() && !busy_; });
}

void ContainerCalls::add(Call call) {
  {
    const std::scoped_lock lock(mutex_);
    // Only the last size counts.
    if (call.kind == Kind::resize && !calls_.empty() && calls_.back().kind == Kind::resize) calls_.pop_back();
    calls_.push_back(call);
  }
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = quiet_thread([this] { work(); });
}

void ContainerCalls::work() {
  while (true) {
    Call call;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !calls_.empty(); });
      if (closed_) return;
      call = calls_.front();
      calls_.pop_front();
      busy_ = true;
    }
    make(call);
    {
      const std::scoped_lock lock(mutex_);
      busy_ = false;
    }
    changed_.notify_all();
  }
}

void ContainerCalls::make(const Call& call) {
  const CallLimits limits{call_deadline_, &over_};
  const auto made = [&]() -> EngineResult<void> {
    switch (call.kind) {
      case Kind::signal: return containers_.kill(id_, call.signal, limits);
      case Kind::resize: return containers_.resize(id_, call.size.rows, call.size.columns, limits);
      case Kind::pause: return containers_.pause(id_, limits);
      case Kind::resume: return containers_.resume(id_, limits);
    }
    return {};
  }();
  // The skill may have ended in the meantime, which shows by itself.
  if (made || made.error().kind == EngineError::Kind::cancelled) return;
  switch (call.kind) {
    case Kind::signal: return log::info("signal {} was not passed on: {}", call.signal, made.error().message);
    case Kind::resize: return log::info("the terminal was not resized: {}", made.error().message);
    case Kind::pause: return log::warn("the skill runs on while skillrun is stopped: {}", made.error().message);
    case Kind::resume: return log::warn("the skill could not be woken: {}", made.error().message);
  }
}

}  // namespace skillrun::inline v0
