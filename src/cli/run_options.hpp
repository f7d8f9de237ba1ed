#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "app/selection.hpp"
#include "cli/option_set.hpp"

namespace skillrun::cli {

/// --pull-timeout, of run and pull.
struct PullTimeout {
  std::chrono::milliseconds value;
  std::optional<std::string> written;

  PullTimeout();
  void declare(OptionSet& options);
  /// What is wrong with it, if anything.
  [[nodiscard]] std::optional<std::string> read();
};

/// SKILL[@INSTANCE] [RUN OPTIONS] [--] ARGS..., of run, explain and allow.
struct RunRequest : app::SkillRequest {
  bool dry_run = false;
  std::string result_file;
  bool json = false;
  std::optional<std::string> max_output;
  PullTimeout pull_timeout;
  bool no_stop_key = false;
  bool outlive_client = false;

  /// As written on the command line; read_skill() and read_run_options() give them their meaning.
  struct Written {
    std::string skill;
    bool tty = false;
    bool no_tty = false;
    bool no_stdin = false;
    bool keep = false;
  };
  Written written;
};

/// SKILL, as run, explain and allow take it.
DeclaredOption declare_skill(OptionSet& options, RunRequest& request);

/// What the caller adds, and lets the skill have with it.
void declare_callers_words(OptionSet& options, RunRequest& request);

/// What run and explain take, with the skill's own words.
void declare_run_options(OptionSet& options, RunRequest& request);

/// Splits SKILL[@INSTANCE]; otherwise what is wrong with it, as half a sentence.
[[nodiscard]] std::optional<std::string> read_skill(RunRequest& request);

/// The first of the options that cannot be read, as half a sentence.
[[nodiscard]] std::optional<std::string> wrong_option(const RunRequest& request);

/// read_skill() and the options of a run; otherwise what is wrong with them.
[[nodiscard]] std::optional<std::string> read_run_options(RunRequest& request);

}  // namespace skillrun::cli
