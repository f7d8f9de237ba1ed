// Any bytes as a seccomp profile. Holds: a refusal says where; what is resolved is a filter whose words the OCI runtime
// specification knows, the same every time; the default filter lets nothing pass that the profile does not, and none of
// the calls that make namespaces to those without the capability.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/native/bundle/default_seccomp.hpp"
#include "fuzz_lint.hpp"

namespace {

using namespace skillrun;
using skillrun::fuzz::require;

const std::vector<std::string> few{"CAP_CHOWN", "CAP_SYS_CHROOT"};
const std::vector<std::string> many{"CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_SYS_NICE", "CAP_SYS_PTRACE"};

SeccompTarget target(const std::vector<std::string>& capabilities) {
  return {.architecture = "amd64", .capabilities = capabilities, .kernel = "6.1.0"};
}

std::set<std::string> passing(const json::object& filter) {
  std::set<std::string> names;
  const auto* const rules = filter.if_contains("syscalls");
  if (rules == nullptr) return names;
  for (const json::value& rule : rules->as_array()) {
    const std::string_view action = rule.at("action").as_string();
    require(action.starts_with("SCMP_ACT_") && action != "SCMP_ACT_NOTIFY");
    require(!rule.at("names").as_array().empty());
    if (action != "SCMP_ACT_ALLOW") continue;
    for (const json::value& name : rule.at("names").as_array()) names.emplace(name.as_string());
  }
  return names;
}

void check(std::string_view text, const std::vector<std::string>& capabilities) {
  const auto filter = resolve_seccomp(text, target(capabilities));
  const auto usual = resolve_default_seccomp(text, target(capabilities));
  require(filter.has_value() == usual.has_value());
  if (!filter) {
    require(filter.error().kind == EngineError::Kind::refused);
    require(filter.error().message.starts_with("the seccomp profile, at "));
    require(filter.error().message == usual.error().message);
    return;
  }
  require(filter->contains("defaultAction") && !filter->contains("listenerPath"));
  require(*filter == *resolve_seccomp(text, target(capabilities)));
  const auto all = passing(*filter);
  const auto fewer = passing(*usual);
  require(std::ranges::includes(all, fewer));
  const bool administrator = std::ranges::find(capabilities, "CAP_SYS_ADMIN") != capabilities.end();
  for (const char* call : {"unshare", "mount", "setns"}) require(administrator || !fewer.contains(call));
  require(!fewer.contains("keyctl"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, few);
  check(text, many);
  return 0;
}
