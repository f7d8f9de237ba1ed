#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "run/verify.hpp"

namespace skillrun {

/// As engines write the id of a container or network.
inline bool is_hex_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Collects the differences between an order and what was made of it.
class Comparison {
 public:
  Comparison(const Order& ordered, const MadeContainer& found) : order(ordered), spec(ordered.spec), made(found) {}

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

  template <class T>
  void same_list(const List<T>& approved, const std::vector<T>& found) {
    std::vector<T> values;
    for (const auto& entry : approved) values.push_back(entry.value);
    same_entries(approved.empty() ? nullptr : &approved.front().origin, values, found);
  }

  /// Later entries of a key win.
  void same_pairs(const List<KeyValue>& approved, const std::vector<std::pair<std::string, std::string>>& found) {
    std::vector<std::string> wanted;
    for (auto entry = approved.rbegin(); entry != approved.rend(); ++entry) {
      const auto same_key = [&](const Setting<KeyValue>& later) { return later.value.key == entry->value.key; };
      if (std::none_of(approved.rbegin(), entry, same_key))
        wanted.push_back(entry->value.key + "=" + entry->value.value);
    }
    std::vector<std::string> entries;
    entries.reserve(found.size());
    for (const auto& [key, value] : found) entries.push_back(fmt::format("{}={}", key, value));
    same_entries(approved.empty() ? nullptr : &approved.front().origin, wanted, entries);
  }

  [[nodiscard]] bool podman() const noexcept { return made.podman; }
  [[nodiscard]] std::vector<Difference> take() && { return std::move(differences_); }

  const Order& order;
  const ContainerSpec& spec;
  const MadeContainer& made;

 private:
  [[nodiscard]] Origin nowhere() const {
    return {.kind = OriginKind::builtin, .field = fmt::format("docker.{}", field_), .span = {}, .text = {}};
  }
  [[nodiscard]] Origin origin_or_none(const Origin* origin) const { return origin != nullptr ? *origin : nowhere(); }

  std::string_view field_;
  std::vector<Difference> differences_;
};

/// One row of the table of compared fields.
struct FieldComparison {
  std::string_view name;
  void (*compare)(Comparison&);  ///< null: not compared
  std::string_view why_not;
};

[[nodiscard]] std::span<const FieldComparison> process_comparisons();
[[nodiscard]] std::span<const FieldComparison> security_comparisons();
[[nodiscard]] std::span<const FieldComparison> namespace_comparisons();
[[nodiscard]] std::span<const FieldComparison> mount_comparisons();
[[nodiscard]] std::span<const FieldComparison> network_comparisons();
[[nodiscard]] std::span<const FieldComparison> limit_comparisons();

/// The capabilities that engines give every container: docker's set, which podman's is part of.
[[nodiscard]] bool is_default_capability(std::string_view capability) noexcept;

/// True for the variables that engines set in every container, and the proxies that they may be configured to pass on.
[[nodiscard]] bool is_engine_variable(std::string_view name) noexcept;

}  // namespace skillrun
