#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/judge.hpp"
#include "app/request.hpp"

namespace skillrun::app {

/// One rule of the policy and what it says of a spec.
struct RuleVerdict {
  enum class Kind : std::uint8_t { off, pass, covered, waived, found };
  std::string rule;
  Kind kind = Kind::pass;
  Severity severity = Severity::off;  ///< of the rule
  std::string said_by{};              ///< where it is covered: the stronger rule whose finding speaks for it
};

/// Everything that is known of a run without running it.
struct Explanation {
  Judgement judgement;
  std::vector<RuleVerdict> rules;  ///< in the order of the catalogue, the policy's own after them
  /// What the engine would be asked for. Of what is refused there is none: nothing that was said no to is put into an
  /// engine's words.
  std::optional<Request> request;
};

/// Judges as `run` does. `terminal`: whether a run would have one.
[[nodiscard]] Explanation explain(const Selection& selection, const Prepared& prepared, bool terminal,
                                  Warnings& warnings);

}  // namespace skillrun::app
