#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace skillrun::inline v0 {

/// What a comment `# skillrun: allow RULE[, RULE...] until YYYY-MM-DD -- reason` says. The rules need not exist.
struct InlineWaiver {
  std::vector<std::string> rules;  ///< at least one, each once
  std::chrono::year_month_day expires;
  std::string reason;
};

/// Reads what follows "skillrun:". The error is a message for the finding.
[[nodiscard]] std::expected<InlineWaiver, std::string> parse_inline_waiver(std::string_view text);

}  // namespace skillrun::inline v0
