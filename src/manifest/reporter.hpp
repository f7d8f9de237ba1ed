#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <skillrun/finding.hpp>

namespace skillrun::inline v0 {

/// The way to a value, such as "docker.extra_args[0]". Links to the caller's path, so that walking a manifest allocates
/// nothing until a message needs the text.
class Path {
 public:
  Path() = default;
  Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), indexed_(true) {}

  [[nodiscard]] std::string text() const;

 private:
  const Path* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool indexed_ = false;
};

/// What is said about one place; the rest of the finding comes from the Reporter.
struct Fault {
  std::string_view rule;
  std::string message;
  std::string evidence;
  std::string remediation;
  Severity severity = Severity::error;
  std::optional<TextEdit> fix = std::nullopt;
};

/// Collects the findings of one source. Stops at a limit, so that a hostile file cannot make a report without end.
class Reporter {
 public:
  explicit Reporter(SourcePtr source) : source_(std::move(source)) {}

  /// The skill that later reports belong to; empty for the whole file.
  void enter_skill(std::string_view name) { skill_ = name; }
  void leave_skill() { skill_.clear(); }
  void set_instance(std::optional<std::string> instance) { instance_ = std::move(instance); }

  void report(const Path& path, Span span, Fault fault);

  /// A skill that is no container is another program's: of the findings after the first `kept`, unknown keys are no
  /// errors, and say whose they are.
  void leave_unknown_keys(std::size_t kept);

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] const Findings& findings() const noexcept { return findings_; }
  /// Everything that was reported, sorted.
  [[nodiscard]] Findings take();

 private:
  SourcePtr source_;
  std::string skill_;
  std::optional<std::string> instance_;
  Findings findings_;
  bool failed_ = false;
};

/// `did you mean "x"?` for a slip or an abbreviation of one; when nothing is near, `known here: a, b, c`, unless these
/// are too many to be read.
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string_view> known);

}  // namespace skillrun::inline v0
