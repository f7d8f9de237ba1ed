#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_table.hpp"

namespace skillrun::cli {

struct Candidate {
  std::string word;
  std::string description;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// What may stand where a word is being typed.
struct Completion {
  enum class Paths : std::uint8_t { none, folders, files };

  Paths paths = Paths::none;  ///< names of files may stand there as well: the shell knows those best
  std::vector<Candidate> candidates;
};

/// Where the names come from that are not in the table of commands.
struct CompletionSources {
  /// Skills, and with `instances` SKILL@INSTANCE, of the manifests (-m) that the line names.
  std::function<std::vector<Candidate>(const std::vector<std::string>& manifests, bool instances)> skills;
  std::vector<Candidate> rules;
  std::vector<Candidate> policies;
};

/// Completes the last of `words`, which are those of the command line after the program's name, up to the cursor.
[[nodiscard]] Completion complete(const CommandEntry& program, std::span<const std::string> words,
                                  const CompletionSources& sources);

/// The first word of the command line by which the scripts of the shells ask. No skill can have that name.
inline constexpr std::string_view completion_word = "__complete";

/// Answers such a question on standard output: a line of `none`, `folders` or `files`, then a line for each candidate,
/// its description behind a tab. Says nothing else, whatever goes wrong.
[[nodiscard]] int answer_completion(std::span<const std::string> words);

}  // namespace skillrun::cli
