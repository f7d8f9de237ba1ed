#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/document/node_reader.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// One key of a policy's `defaults`, over its member of PolicyDefaults: the one place that says how it is written, what
/// is stricter, and what it fills in.
struct DefaultRow {
  std::string_view key;
  json::object (*schema)();
  /// Reads its value; what is at fault is reported and left out.
  void (*read)(const NodeReader& reader, const ValueNode& node, const Path& path, PolicyDefaults& to);
  json::value (*show)(const PolicyDefaults& defaults);
  bool (*equal)(const PolicyDefaults& one, const PolicyDefaults& other);
  /// Takes the value of `over`.
  void (*take)(PolicyDefaults& below, PolicyDefaults& over);
  /// Whether a layer that may only tighten may put its value over that of the layers below it.
  bool (*tightens)(const PolicyDefaults& below, const PolicyDefaults& over);
  /// Fills a gap; `origin` names the policy, and gets the text of the value.
  void (*fill)(ContainerSpec& spec, const PolicyDefaults& defaults, const Origin& origin);
  /// For lists: adds to those of `over` what stands below and may not be taken away; null: there is nothing of the
  /// kind.
  void (*join)(const PolicyDefaults& below, PolicyDefaults& over) = nullptr;
  bool joins_builtins = false;  ///< also where two built-in policies are extended
};

/// In the order in which they are shown and filled in.
[[nodiscard]] std::span<const DefaultRow> default_rows();

/// Defaults with the origin of each, in the order of the rows; one without an origin is not set.
struct DefaultSettings {
  PolicyDefaults values;
  std::vector<std::optional<PolicyOrigin>> origins = std::vector<std::optional<PolicyOrigin>>(default_rows().size());
};

}  // namespace skillrun::inline v0
