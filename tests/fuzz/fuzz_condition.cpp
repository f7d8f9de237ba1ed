// A condition of any text either is refused with an error at a place, or holds of a spec or does not: then its
// negation is the other way round, whatever the condition is made of.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <skillrun/policy.hpp>

#include "../unit/engine/api_full_spec.hpp"

namespace {

using namespace skillrun;

/// Whether the rule with this assertion is silent; nothing when it is not a rule.
std::optional<bool> holds(const std::string& assertion, const ContainerSpec& spec) {
  const auto source = std::make_shared<const SourceText>(
      SourceText{.name = "policy.yaml",
                 .directory = {},
                 .text = "apiVersion: skillrun.policy/v1\nname: own\ncustom:\n"
                         "  - id: own-rule\n    severity: error\n    message: m\n    assert: " +
                         assertion + "\n"});
  const auto policy = Policy::parse(source);
  if (!policy) {
    if (!has_errors(policy.error())) std::abort();
    for (const Finding& finding : policy.error()) {
      if (!finding.span.known()) std::abort();
    }
    return std::nullopt;
  }
  for (const Finding& finding : evaluate(**policy, spec, LexicalHost())) {
    if (finding.rule == "own-rule") return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ContainerSpec specs[] = {testing::full_spec(), testing::rare_spec(), ContainerSpec()};
  const std::string condition(reinterpret_cast<const char*>(data), size);
  const bool one_line = condition.find_first_of("\r\n#") == std::string::npos;
  for (const ContainerSpec& spec : specs) {
    const auto plain = holds(condition, spec);
    if (!plain || !one_line) continue;
    const auto negated = holds("{not: " + condition + "}", spec);
    if (negated && *negated == *plain) std::abort();
  }
  return 0;
}
