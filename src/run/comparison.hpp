#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "run/verify.hpp"
#include "spec/schema.hpp"

namespace skillrun::inline v0 {

/// True when the list holds the value.
template <class List, class Value>
bool is_among(const List& list, const Value& value) {
  return std::ranges::find(list, value) != std::ranges::end(list);
}

inline std::vector<std::string> values_of(const SettingList<std::string>& list) {
  std::vector<std::string> values;
  for (const auto& entry : list) values.push_back(entry.value);
  return values;
}

/// Collects the differences between an order and what was made of it.
class Comparison {
 public:
  Comparison(const Order& ordered, const ObservedContainer& found)
      : order(ordered), spec(ordered.spec), observed(found), made(found.spec) {}

  /// The field that the following differences belong to.
  void enter(std::string_view field) { field_ = field; }

  void differ(const Origin& origin, std::string approved, std::string found) {
    differences_.push_back({.field = std::string(field_),
                            .approved = std::move(approved),
                            .made = std::move(found),
                            .origin = origin,
                            .unenforced = false});
  }
  /// The spec says nothing about the field, and the engine does.
  void added(std::string found) { differ(nowhere(), "none", std::move(found)); }
  /// A limit that is not applied.
  void unenforced(const Origin& origin, std::string approved, std::string found) {
    differ(origin, std::move(approved), std::move(found));
    differences_.back().unenforced = true;
  }

  /// The same entries in any order, each as often as it likes.
  void same_entries(const Origin* origin, const std::vector<std::string>& approved,
                    const std::vector<std::string>& found) {
    for (const std::string& entry : approved) {
      if (std::ranges::find(found, entry) == found.end()) differ(origin_or_none(origin), entry, "none");
    }
    for (const std::string& entry : found) {
      if (std::ranges::find(approved, entry) == approved.end()) differ(origin_or_none(origin), "none", entry);
    }
  }

  [[nodiscard]] std::vector<Difference> take() && { return std::move(differences_); }

  const Order& order;
  const ContainerSpec& spec;
  const ObservedContainer& observed;
  const ContainerSpec& made;

 private:
  [[nodiscard]] Origin nowhere() const {
    return {.kind = OriginKind::builtin, .field = fmt::format("docker.{}", field_), .span = {}, .text = {}};
  }
  [[nodiscard]] Origin origin_or_none(const Origin* origin) const { return origin != nullptr ? *origin : nowhere(); }

  std::string_view field_;
  std::vector<Difference> differences_;
};

/// How a setting of several parts (Sense::parts) is compared.
struct PartsComparison {
  std::string_view setting;
  void (*compare)(Comparison&);
};

[[nodiscard]] std::span<const PartsComparison> process_comparisons();
[[nodiscard]] std::span<const PartsComparison> isolation_comparisons();
[[nodiscard]] std::span<const PartsComparison> namespace_comparisons();
[[nodiscard]] std::span<const PartsComparison> mount_comparisons();
[[nodiscard]] std::span<const PartsComparison> network_comparisons();
[[nodiscard]] std::span<const PartsComparison> limit_comparisons();

/// That of a setting; null for those that are compared by what they mean.
[[nodiscard]] const PartsComparison* parts_comparison(std::string_view setting);

/// One setting, by what a difference in it means.
void compare_setting(Comparison& comparison, const SettingRow& row);

/// The capabilities that engines give every container: docker's set, which podman's is part of.
[[nodiscard]] bool is_default_capability(std::string_view capability) noexcept;

/// True for the variables that engines set in every container, and the proxies that they may be configured to pass on.
[[nodiscard]] bool is_engine_variable(std::string_view name) noexcept;

}  // namespace skillrun::inline v0
