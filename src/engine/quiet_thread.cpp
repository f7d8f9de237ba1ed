#include "engine/quiet_thread.hpp"

#include <pthread.h>

#include <csignal>

namespace skillrun::inline v0 {

std::thread quiet_thread(std::function<void()> work) {
  // The new thread inherits the mask: so none can arrive before it is set.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

void run_in_background(std::function<void()> work) { quiet_thread(std::move(work)).detach(); }

}  // namespace skillrun::inline v0
