#pragma once

#include <string>
#include <string_view>

#include <skillrun/finding.hpp>
#include <skillrun/run.hpp>

#include "cli/global_options.hpp"

namespace skillrun::cli {

/// skillrun's own words. Standard output belongs to the skill or to the document that was asked for; everything else
/// goes to standard error.
class Console {
 public:
  explicit Console(const GlobalOptions& options);

  /// Writes all of `text` to standard output, with escapes for what would move a terminal's cursor or hide what is
  /// there, wherever that came from. False when it cannot be written, which is said unless its reader has gone.
  [[nodiscard]] bool print(std::string_view text) const;
  /// The same for a document that has colors or other people's bytes, which its writer made safe.
  [[nodiscard]] bool print_bytes(std::string_view text) const;
  /// One line "skillrun: MESSAGE" on standard error.
  void error(std::string_view message) const;
  void warning(std::string_view message) const;
  void warnings(const std::vector<std::string>& messages) const;
  /// What was done, where nobody would know otherwise; not under --quiet.
  void note(std::string_view message) const;
  /// Findings with their places on standard error; below errors only under -v, but for warnings about what the skill
  /// asks for and nobody has granted.
  void findings(const Findings& findings) const;
  /// The same with warnings, whatever -v says.
  void findings_and_warnings(const Findings& findings) const;
  /// The message and findings of a run that did not end by itself.
  void failure(const RunResult& result, const Findings& told = {}) const;

  [[nodiscard]] bool color_for_output() const noexcept { return color_output_; }

 private:
  void show(const Findings& findings, Severity least) const;

  bool color_output_;
  bool color_error_;
  bool json_;  ///< skillrun's own words are lines of JSON
  bool verbose_;
  bool quiet_;
};

/// True when standard input and output are terminals of this program's own: not those of another job in the
/// foreground, which would be taken from it.
[[nodiscard]] bool on_terminal();

/// Rows as columns, two spaces apart; the last column is not padded. The first row is the heading.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace skillrun::cli
