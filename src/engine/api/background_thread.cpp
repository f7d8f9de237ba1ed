#include "engine/api/background_thread.hpp"

#include <pthread.h>

#include <csignal>
#include <thread>

namespace skillrun {

void run_in_background(std::function<void()> work) {
  // The new thread inherits the mask: so none can arrive before it is set.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(std::move(work)).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace skillrun
