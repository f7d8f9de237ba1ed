#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace integration {

/// A program to start. Its standard output and error go to files, so that no pipe of the test can block it.
struct Command {
  std::vector<std::string> argv{};
  std::string input{};                               ///< bytes of standard input; then its end
  std::map<std::string, std::string> environment{};  ///< on top of the test's own
  std::vector<std::string> unset{};                  ///< variables taken away
  std::filesystem::path directory{};                 ///< the working directory; empty: the test's
  std::chrono::seconds limit{60};                    ///< killed after this time
};

/// How a program ended.
struct Outcome {
  int status = -1;         ///< the exit status, 128+N when signal N ended it
  bool timed_out = false;  ///< it did not end within its limit
  std::chrono::milliseconds took{};
  std::string out;
  std::string err;
};

/// The lines of its standard output.
[[nodiscard]] std::vector<std::string> sorted_lines(const Outcome& outcome);

/// A program that runs.
class Process {
 public:
  explicit Process(const Command& command);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void signal(int number) const;
  /// Waits until a signal has stopped it; false when that does not happen within a few seconds.
  [[nodiscard]] bool stops() const;
  /// Waits until standard output holds `text`; false when the program ended or the time is over before that.
  [[nodiscard]] bool wait_for_output(const std::string& text, std::chrono::seconds limit = std::chrono::seconds(30));
  [[nodiscard]] Outcome finish();
  [[nodiscard]] pid_t id() const noexcept { return id_; }

 private:
  bool ended();

  std::filesystem::path folder_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::seconds limit_;
  pid_t id_ = -1;
  std::optional<int> status_;
};

/// Starts the program and waits for its end.
[[nodiscard]] Outcome run(const Command& command);

/// A shell line, for pipes between programs. `$1` and so on are `arguments`.
[[nodiscard]] Command shell(const std::string& line, const std::vector<std::string>& arguments = {});

[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

/// A new empty folder, readable by everybody.
[[nodiscard]] std::filesystem::path new_folder();

/// A variable of the test's environment; empty when it is not set.
[[nodiscard]] std::string variable(const char* name);

}  // namespace integration
