// A policy document of any bytes is either refused with an error at a place, or gives a policy under which an empty
// spec is still refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include <skillrun/policy.hpp>

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
  return 0;
}
