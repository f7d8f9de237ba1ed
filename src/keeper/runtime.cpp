#include "keeper/runtime.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "keeper/failure.hpp"

namespace skillrun::keeper {

namespace {

constexpr int terminal_patience_ms = 10'000;

/// Nothing of the caller's environment reaches a runtime.
constexpr std::array<const char*, 2> environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                                 nullptr};

}  // namespace

std::expected<void, std::string> run_runtime(const KeeperPlan& plan, std::string_view command,
                                             const std::vector<std::string>& arguments) {
  std::vector<std::string> words = plan.runtime;
  words.emplace_back(command);
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(plan.id);
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) return failed("no process can be started");
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::chdir(plan.folder.c_str()) == 0) {
      ::execve(pointers.front(), pointers.data(), const_cast<char* const*>(environment.data()));
    }
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return failed("the runtime is lost");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const int number = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return std::unexpected("the runtime's '" + std::string(command) + "' ended with status " + std::to_string(number));
}

std::expected<ConsoleSocket, std::string> ConsoleSocket::listen(const KeeperPlan& plan) {
  ConsoleSocket console;
  console.socket_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!console.socket_) return failed("no socket for a terminal");
  // By a short name: that of the folder may be longer than an address of a socket can be.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(bundle_names::console, address.sun_path);
  if (::chdir(plan.folder.c_str()) != 0) return failed(plan.folder);
  if (::bind(console.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(console.socket_.get(), 1) != 0) {
    return failed("no socket for a terminal");
  }
  return console;
}

std::expected<UniqueFd, std::string> ConsoleSocket::take_terminal() const {
  pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, terminal_patience_ms) != 1) return std::unexpected("the runtime gave no terminal");
  const UniqueFd sender(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!sender) return failed("the runtime gave no terminal");
  auto message = receive_message(sender.get());
  if (!message || message->descriptors.size() != 1) return std::unexpected("the runtime gave no terminal");
  return std::move(message->descriptors.front());
}

}  // namespace skillrun::keeper
