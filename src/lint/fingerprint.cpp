#include "lint/fingerprint.hpp"

#include <map>

#include "support/sha256.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t digits = 32;

/// The evidence without what an editor may change: blanks at its ends, and how many there are within.
std::string normalized(std::string_view evidence) {
  std::string result;
  bool blank = false;
  for (const char c : evidence) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = !result.empty();
      continue;
    }
    if (blank) result += ' ';
    blank = false;
    result += c;
  }
  return result;
}

}  // namespace

void set_fingerprints(Findings& findings, std::string_view path) {
  std::map<std::string, std::size_t> seen;
  for (Finding& finding : findings) {
    std::string identity(path);
    for (const std::string& part :
         {finding.skill, finding.instance.value_or(std::string()), finding.rule, normalized(finding.evidence)}) {
      identity += '\0';
      identity += part;
    }
    const std::size_t before = seen[identity]++;
    if (before > 0) identity += '\0' + std::to_string(before);
    finding.fingerprint = sha256(identity).substr(0, digits);
  }
}

}  // namespace skillrun::inline v0
