#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "policy/document/node_reader.hpp"
#include "policy/document/policy_settings.hpp"
#include "policy/document/policy_test.hpp"

namespace skillrun::inline v0 {

/// An entry of `extends`.
struct PolicyBase {
  std::string name;  ///< of a built-in policy, or a path as written
  Span span;

  [[nodiscard]] bool is_path() const noexcept;
};

/// One document as written: nothing of what it extends.
struct PolicyDocument {
  PolicySettings settings;
  std::vector<PolicyBase> extends;
  std::vector<PolicyTest> tests;
};

/// Reads one document. `builtin` is set for those that are compiled in: only they may bear the name of a built-in
/// policy, and their settings have origins without a source.
[[nodiscard]] std::expected<PolicyDocument, Findings> read_policy_document(const SourcePtr& source, bool builtin);

/// What the readers of a document's parts share.
struct DocumentContext {
  NodeReader reader;
  SourcePtr source;    ///< null for a built-in policy
  std::string policy;  ///< the document's name

  [[nodiscard]] PolicyOrigin at(Span span) const { return {.policy = policy, .source = source, .span = span}; }
};

// The parts of a document, one file each. What is at fault is reported and left out.
void read_default_settings(const DocumentContext& context, const ValueNode& node, const Path& top,
                           DefaultSettings& defaults);
void read_rule_settings(const DocumentContext& context, const ValueNode& node, const Path& top,
                        std::vector<RuleSettings>& rules);
void read_custom_rules(const DocumentContext& context, const ValueNode& node, const Path& top,
                       std::vector<CustomRule>& rules);
void read_waivers(const DocumentContext& context, const ValueNode& node, const Path& top,
                  std::vector<PolicyWaiver>& waivers);
void read_grants(const DocumentContext& context, const ValueNode& node, const Path& top,
                 std::vector<PolicyGrant>& grants);
void read_tests(const DocumentContext& context, const ValueNode& node, const Path& top, std::vector<PolicyTest>& tests);

}  // namespace skillrun::inline v0
