#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <skillrun/policy.hpp>

#include "manifest/decode.hpp"
#include "policy/document/document_keys.hpp"

namespace skillrun::inline v0 {

/// Reads the values of a policy document. What is not of the asked kind is reported with its place and gives nothing.
class NodeReader {
 public:
  explicit NodeReader(Reporter& reporter) : reporter_(reporter) {}

  [[nodiscard]] Reporter& reporter() const noexcept { return reporter_; }

  void invalid(const ValueNode& node, const Path& path, std::string message, std::string remedy) const;
  void missing(Span span, const Path& top, std::string_view key, std::string remedy) const;
  /// Reports each key of the table that may not be left out and is.
  void require_keys(const ValueNode& node, const Path& top, std::span<const DocumentKey> keys) const;

  /// One line of text.
  [[nodiscard]] std::optional<std::string> text(const ValueNode& node, const Path& path) const;
  /// One line of text that is not empty.
  [[nodiscard]] std::optional<std::string> name(const ValueNode& node, const Path& path) const;
  [[nodiscard]] std::optional<bool> boolean(const ValueNode& node, const Path& path) const;
  /// A whole number of at least `least`; `what` names it in messages.
  [[nodiscard]] std::optional<std::int64_t> count(const ValueNode& node, const Path& path, std::string_view what,
                                                  std::int64_t least) const;
  [[nodiscard]] std::optional<Severity> severity(const ValueNode& node, const Path& path) const;
  /// A day as YYYY-MM-DD.
  [[nodiscard]] std::optional<std::chrono::year_month_day> date(const ValueNode& node, const Path& path) const;
  [[nodiscard]] bool require_list(const ValueNode& node, const Path& path) const;

  /// A text that `parse` (of the value types of the spec) accepts.
  template <class Parse>
  [[nodiscard]] std::optional<std::string> parsed(const ValueNode& node, const Path& path, Parse parse) const {
    auto value = text(node, path);
    if (!value) return std::nullopt;
    if (const auto result = parse(*value); !result) {
      invalid(node, path, result.error().message, "write it as in a manifest's docker table");
      return std::nullopt;
    }
    return value;
  }

  /// A list whose items `read(item, path)` makes; items that are at fault are left out.
  template <class Read>
  [[nodiscard]] auto list(const ValueNode& node, const Path& path, Read read) const {
    std::vector<typename decltype(read(node, path))::value_type> all;
    if (!require_list(node, path)) return all;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (auto value = read(node.items[i], Path(path, i))) all.push_back(std::move(*value));
    }
    return all;
  }

  [[nodiscard]] std::vector<std::string> names(const ValueNode& node, const Path& path) const {
    return list(node, path, [&](const ValueNode& item, const Path& at) { return name(item, at); });
  }

 private:
  Reporter& reporter_;
};

/// A day written as YYYY-MM-DD; nothing for any other text and for days that no calendar has.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_date(std::string_view text) noexcept;

}  // namespace skillrun::inline v0
