// A policy document of any bytes is either refused with an error at a place, or gives a policy under which an empty
// spec is still refused. What is shown of it is a policy again, and says the same.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include <skillrun/policy.hpp>

#include "policy/policy_tests.hpp"
#include "report/policy_report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skillrun;
  const auto source = std::make_shared<const SourceText>(SourceText{
      .name = "policy.yaml", .directory = {}, .text = std::string(reinterpret_cast<const char*>(data), size)});
  const auto policy = Policy::parse(source);
  if (!policy) {
    if (!has_errors(policy.error())) std::abort();
    return 0;
  }
  if ((*policy)->name().empty()) std::abort();
  for (const RuleInfo& rule : rule_catalogue()) {
    if (rule.privileged == Severity::error && (*policy)->severity(rule.id) != Severity::error) std::abort();
  }
  if (admit(**policy, ContainerSpec{}, LexicalHost())) std::abort();
  const auto shown = std::make_shared<const SourceText>(
      SourceText{.name = "shown.yaml", .directory = {}, .text = format_policy(**policy)});
  const auto again = Policy::parse(shown);
  if (!again && shown->text.size() <= max_manifest_size) std::abort();
  if (!again) return 0;
  for (const RuleInfo& rule : rule_catalogue()) {
    if ((*policy)->severity(rule.id) != (*again)->severity(rule.id)) std::abort();
  }
  (void)run_policy_tests(source, nullptr, std::chrono::year(2026) / 11 / 21);
  return 0;
}
