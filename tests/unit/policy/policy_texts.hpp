#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support.hpp"

namespace skillrun::test {

inline const std::string head = "apiVersion: skillrun.policy/v1\nname: acme\n";

inline SourcePtr document(std::string name, std::string text, std::string directory = {}) {
  return std::make_shared<const SourceText>(
      SourceText{.name = std::move(name), .directory = std::move(directory), .text = std::move(text)});
}

/// A document named `name` with this after its head.
inline SourcePtr named(const std::string& name, const std::string& rest) {
  return document(name + ".yaml", "apiVersion: skillrun.policy/v1\nname: " + name + "\n" + rest, "/policies");
}

using ParsedPolicy = std::expected<std::shared_ptr<const Policy>, Findings>;

inline ParsedPolicy parse(std::string text) { return Policy::parse(document("policy.yaml", std::move(text))); }

/// The policy that `rest` makes after a head; it must be valid.
inline std::shared_ptr<const Policy> policy(const std::string& rest) {
  const auto parsed = parse(head + rest);
  if (!parsed) FAIL_CHECK(parsed.error().front().message);
  REQUIRE(parsed);
  return *parsed;
}

/// The only fault of a policy that must not be accepted.
inline Finding fault(const ParsedPolicy& policy) {
  REQUIRE_FALSE(policy);
  for (const Finding& finding : policy.error()) CAPTURE(finding.message);
  REQUIRE(policy.error().size() == 1);
  CHECK(policy.error().front().severity == Severity::error);
  CHECK(policy.error().front().source != nullptr);
  return policy.error().front();
}

inline Finding fault_of(const std::string& text) { return fault(parse(text)); }

/// Documents by their path.
class FakeFiles final : public PolicyFiles {
 public:
  std::map<std::string, std::string> texts;

  std::expected<SourcePtr, std::string> read(const std::string& path) const override {
    const auto found = texts.find(path);
    if (found == texts.end()) return std::unexpected("no such file");
    return document(path, found->second, path.substr(0, path.rfind('/')));
  }
};

inline bool says(const Finding& finding, std::string_view part) {
  return finding.message.find(part) != std::string::npos || finding.remediation.find(part) != std::string::npos;
}

}  // namespace skillrun::test
