#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "support/process/boost_launcher.hpp"
#include "support/unique_fd.hpp"

namespace skillrun::inline v0 {

namespace launching {

using boost::process::v2::error_code;

[[nodiscard]] inline error_code system_failure(int error) noexcept { return {error, boost::system::system_category()}; }

/// Calls `run(context)` in a child that shares the memory of this process, by vfork: until the child has executed a
/// program or ended, this thread stands still, and the others do not. `run` must not return, and may call only what a
/// signal handler may. No signal handler of this process runs in the child before `run` has taken it away: every signal
/// is blocked. The child's number, or -1 with errno.
[[nodiscard]] pid_t start_child(void (*run)(void*), void* context);

/// In the child: closes every descriptor from `number` on but `end`, which gets that number.
[[nodiscard]] error_code keep_alone(int& end, int number) noexcept;

/// In the child: tells the parent by `end` and ends, without a word to the parent's exit handlers and buffers.
[[noreturn]] void give_up(int end, error_code failure) noexcept;

/// In the parent: what the child told before `end` was closed; no error when it has executed its program.
[[nodiscard]] error_code await_failure(int end) noexcept;

/// Ends a child that is of no use and takes its status, so that no zombie stays.
void discard(pid_t child) noexcept;

/// The pipe that a child tells its failure by. The execution of a program closes it.
struct FailureReport {
  UniqueFd read_end, write_end;

  [[nodiscard]] error_code open();
};

}  // namespace launching

/// A launcher of Boost.Process v2, which takes initializers like those of Boost. It stands in the place of Boost's own
/// launchers, whose faults are shown in tests/unit/process/boost_launcher_test.cpp, and differs from them in this, too:
///
/// - Of an initializer it calls on_setup, before the child is made, and on_exec_setup, in the child. The other calls of
///   Boost have no use here.
/// - on_exec_setup runs in the memory of the parent: it may change nothing but the child's descriptors, signals and the
///   like, and call only what a signal handler may. What it needs is made ready in on_setup.
/// - There is no executor: nobody has to run an io_context for a child's sake.
class ProgramLauncher : public boost::process::v2::posix::default_launcher {
 public:
  /// The child has the descriptors below this, and no other. In the place of fd_whitelist.
  int first_closed = STDERR_FILENO + 1;

  /// The number of a child that runs the program and that nobody has waited for. With an error there is no child.
  template <class... Initializers>
  pid_t operator()(boost::process::v2::error_code& error, const boost::process::v2::filesystem::path& executable,
                   const std::vector<std::string>& arguments, Initializers&&... initializers) {
    namespace hooks = boost::process::v2::posix::detail;
    const char* const* words = build_argv_(executable, arguments);
    launching::FailureReport report;
    error = report.open();
    if (!error) error = hooks::on_setup(*this, executable, words, initializers...);
    if (error) return -1;
    auto in_child = [&] {
      int end = report.write_end.get();
      launching::error_code failure = hooks::on_exec_setup(*this, executable, words, initializers...);
      if (!failure) failure = launching::keep_alone(end, first_closed);
      if (!failure) {
        ::execve(executable.c_str(), const_cast<char* const*>(words), const_cast<char* const*>(env));
        failure = launching::system_failure(errno);
      }
      launching::give_up(end, failure);
    };
    using InChild = decltype(in_child);
    pid = launching::start_child([](void* run) { (*static_cast<InChild*>(run))(); }, &in_child);
    if (pid < 0) {
      error = launching::system_failure(errno);
      return -1;
    }
    report.write_end.reset();
    error = launching::await_failure(report.read_end.get());
    if (!error) return pid;
    launching::discard(pid);
    return -1;
  }
};

}  // namespace skillrun::inline v0
