#include "keeper/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "keeper/failure.hpp"
#include "keeper/mounts.hpp"
#include "keeper/runtime.hpp"
#include "support/remove_deep.hpp"

namespace skillrun::keeper {

namespace {

/// The container has its streams; whoever reads them must see their end when it ends.
void let_go_of_streams() {
  const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (nothing) ::dup2(nothing.get(), stream);
  }
}

pid_t read_pid(const KeeperPlan& plan) {
  std::ifstream file(plan.folder + '/' + std::string(bundle_names::pid));
  pid_t pid = -1;
  return file >> pid ? pid : -1;
}

}  // namespace

void Keeper::run() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &children, nullptr);
  const UniqueFd ended(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));

  auto mounted = ended ? mount() : Done(failed("signals"));
  const bool ready = mounted.has_value();
  answer(std::move(mounted));
  std::array<pollfd, 2> watched{
      {{.fd = socket_.get(), .events = POLLIN, .revents = 0}, {.fd = ended.get(), .events = POLLIN, .revents = 0}}};
  while (ready) {
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (watched[1].revents != 0) {
      signalfd_siginfo ignored{};
      while (::read(ended.get(), &ignored, sizeof ignored) > 0) {
      }
      reap();
    }
    if (watched[0].revents != 0 && !answer_one()) break;
  }
  clean();
}

Keeper::Done Keeper::mount() {
  if (const auto ready = prepare_namespace(); !ready) return std::unexpected(ready.error());
  groups_.emplace(plan_.cgroup);
  auto root = mount_root(plan_);
  if (!root) return std::unexpected(root.error());
  std::vector<UniqueFd> folder;
  folder.push_back(std::move(*root));
  return folder;
}

Keeper::Done Keeper::create() {
  if (first_ > 0) return std::unexpected("there is a container already");
  std::vector<std::string> arguments{"--bundle", plan_.folder, "--pid-file", std::string(bundle_names::pid)};
  std::optional<ConsoleSocket> console;
  if (plan_.terminal) {
    auto listening = ConsoleSocket::listen(plan_);
    if (!listening) return std::unexpected(listening.error());
    console.emplace(std::move(*listening));
    arguments.insert(arguments.end(), {"--console-socket", std::string(bundle_names::console)});
  }
  const auto made = run_runtime(plan_, "create", arguments);
  let_go_of_streams();
  if (!made) return std::unexpected(made.error());
  first_ = read_pid(plan_);
  if (first_ <= 0) return std::unexpected("the runtime did not say which process it made");
  std::vector<UniqueFd> given;
  given.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, first_, 0)));
  if (!given.back()) return failed("the container's process");
  if (console) {
    auto terminal = console->take_terminal();
    if (!terminal) return std::unexpected(terminal.error());
    given.push_back(std::move(*terminal));
  }
  return given;
}

/// False once the engine is gone.
bool Keeper::answer_one() {
  const auto request = receive_message(socket_.get());
  if (!request || request->words.empty()) return false;
  answer(obey(*request));
  return !unheard_;
}

Keeper::Done Keeper::obey(const KeeperMessage& request) {
  const auto without_descriptors = [](const std::expected<void, std::string>& done) {
    return done ? Done() : std::unexpected(done.error());
  };
  const std::string_view word = request.word();
  if (word == "create") return create();
  if (first_ <= 0) return std::unexpected("there is no container yet");
  if (word == "start") return without_descriptors(run_runtime(plan_, "start", {}));
  if (word == "signal" && request.words.size() == 2) return without_descriptors(signal(request.words[1]));
  if (word == "pause" || word == "resume") return without_descriptors(pause(word == "pause"));
  return std::unexpected("not understood");
}

std::expected<void, std::string> Keeper::pause(bool frozen) const {
  if (groups_->freeze(frozen)) return {};
  return std::unexpected("its control group cannot be frozen");
}

/// Only a process that has not been waited for is meant by its number.
std::expected<void, std::string> Keeper::signal(const std::string& number) const {
  int value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return std::unexpected("no signal's number");
  if (status_) return std::unexpected("the container has ended");
  if (::kill(first_, value) != 0) return failed("the signal cannot be sent");
  return {};
}

void Keeper::reap() {
  int status = 0;
  for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (child != first_ || status_) continue;
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    report_end();
  }
}

void Keeper::report_end() {
  send({.words = {"exited", std::to_string(*status_), groups_->killed_for_memory() ? "yes" : "no"}});
}

/// Everything in this namespace ends; frozen processes have to be let go to end.
void Keeper::clean() {
  if (groups_) (void)groups_->freeze(false);
  ::kill(-1, SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
  const bool removed = remove_root(plan_);
  if (groups_) groups_->remove();
  // What stays is found by what the folder says of it.
  if (removed && remove_deep(plan_.folder)) std::fputs("the container's folder stays\n", stderr);
}

void Keeper::answer(Done done) {
  if (done) {
    send({.words = {"done"}, .descriptors = std::move(*done)});
  } else {
    send({.words = {"failed", done.error()}});
  }
}

void Keeper::send(const KeeperMessage& message) {
  if (send_message(socket_.get(), message)) unheard_ = true;
}

}  // namespace skillrun::keeper
