// Keeps one container of the native engine: a program of its own, since the namespaces of the process that makes a
// container, and the time it lives, must not be those of the program that asks for it. Not for users: an engine starts
// it with a socket as descriptor 3 (engine/native/keeper_messages.hpp) and the container's streams as 0, 1 and 2.
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "keeper/failure.hpp"
#include "keeper/keeper.hpp"

namespace {

using namespace skillrun;

/// The status of a process that waits for the one that does the work.
int await(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main() {
  constexpr int wrong_use = 2;
  UniqueFd socket(keeper_socket);
  if (::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0) {
    (void)socket.release();
    std::fputs("skillrun-keeper is started by skillrun's native engine only\n", stderr);
    return wrong_use;
  }
  ::umask(022);
  const auto message = receive_message(socket.get());
  auto plan = message ? KeeperPlan::parse(*message) : std::nullopt;
  const auto refuse = [&](std::string why) {
    // An engine that is gone needs no answer.
    const std::error_code unheard = send_message(socket.get(), {.words = {"failed", std::move(why)}});
    return unheard ? 2 : 1;
  };
  if (!plan) return refuse("not understood");
  if (::unshare(CLONE_NEWNS | CLONE_NEWPID) != 0) {
    return refuse(keeper::failed("no namespaces for a container can be made").error());
  }
  const pid_t first = ::fork();
  if (first < 0) return refuse(keeper::failed("no process can be started").error());
  if (first > 0) {
    socket.reset();
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(stream);
    return await(first);
  }
  // Whoever kills the process that waits means this one.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  keeper::Keeper(std::move(socket), std::move(*plan)).run();
  return 0;
}
