#include "cli/signals.hpp"

#include <atomic>
#include <csignal>

namespace skillrun::cli {

namespace {

constexpr int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGXCPU};

std::atomic<RunControl*> current_control{nullptr};

void forward(int number) {
  // The limit on processor time is skillrun's own and nothing to the skill, which has to end in order.
  if (RunControl* control = current_control.load()) control->signal(number == SIGXCPU ? SIGTERM : number);
}

void set_handler(int number, void (*handler)(int)) {
  struct sigaction old{};
  sigaction(number, nullptr, &old);
  if (old.sa_handler == SIG_IGN) return;
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

SignalForwarding::SignalForwarding(RunControl& control) {
  current_control.store(&control);
  for (const int number : forwarded) set_handler(number, forward);
}

SignalForwarding::~SignalForwarding() {
  for (const int number : forwarded) set_handler(number, SIG_DFL);
  current_control.store(nullptr);
}

}  // namespace skillrun::cli
