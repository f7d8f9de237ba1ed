#include "run/container_calls.hpp"

#include <csignal>

#include "engine/log.hpp"

namespace skillrun {

namespace {

/// A thread that gets no signals: they are for the program's own threads.
template <class Function>
std::thread quiet_thread(Function function) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(function));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

ContainerCalls::~ContainerCalls() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  over_.cancel();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ContainerCalls::signal(int number) { add({.signal = number, .size = {}}); }

void ContainerCalls::resize(WindowSize size) { add({.signal = 0, .size = size}); }

void ContainerCalls::add(Call call) {
  {
    const std::scoped_lock lock(mutex_);
    // Only the last size counts.
    if (call.signal == 0 && !calls_.empty() && calls_.back().signal == 0) calls_.pop_back();
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
    }
    make(call);
  }
}

void ContainerCalls::make(const Call& call) {
  const CallLimits limits{call_deadline_, &over_};
  if (call.signal == 0) {
    const auto resized = engine_.resize(id_, call.size.rows, call.size.columns, limits);
    if (!resized) log::info("the terminal was not resized: {}", resized.error().message);
    return;
  }
  const auto sent = engine_.kill(id_, call.signal, limits);
  // It may have ended in the meantime, which shows by itself.
  if (!sent && sent.error().kind != EngineError::Kind::cancelled) {
    log::info("signal {} was not passed on: {}", call.signal, sent.error().message);
  }
}

}  // namespace skillrun
