#include <skillrun/report.hpp>

#include "support/json.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

/// JSON text must be UTF-8; a finding may quote bytes that are not.
void mend(std::string& text) {
  if (find_invalid_utf8(text)) text = printable(text);
}

}  // namespace

std::string format_findings_json(const Findings& findings) {
  json::array array;
  array.reserve(findings.size());
  for (Finding finding : findings) {
    for (std::string* text :
         {&finding.message, &finding.skill, &finding.field, &finding.evidence, &finding.remediation}) {
      mend(*text);
    }
    array.push_back(to_json_object(finding));
  }
  return pretty(array);
}

}  // namespace skillrun
