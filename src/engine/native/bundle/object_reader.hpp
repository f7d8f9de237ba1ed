#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/json.hpp"
#include "support/strict_json.hpp"

namespace skillrun::inline v0 {

/// The first fault of a document that is read.
struct DocumentFault {
  std::optional<JsonFault> first;
};

/// Reads an object by the names that its reader knows. What has another type than was asked for, and what nobody asked
/// for, is a fault; absent members and null are empty. A value that is no object is a fault and reads as an empty one.
/// Keeps views of the value.
class ObjectReader {
 public:
  using Entry = std::pair<const json::value*, std::string>;  ///< a value and its place

  ObjectReader(const json::value& value, std::string pointer, DocumentFault& fault);

  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::vector<Entry> entries(std::string_view name);
  [[nodiscard]] std::optional<Entry> object(std::string_view name);
  /// For a member that has no meaning for the reader.
  void ignore(std::string_view name) { known_.emplace(name); }
  void refuse(std::string_view name, std::string message);
  /// To be called last: members that were not asked for are faults.
  void finish();

 private:
  /// The member, marked as known; null where it is absent or null.
  const json::value* member(std::string_view name);

  const json::object* object_;
  std::string pointer_;
  DocumentFault& fault_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace skillrun::inline v0
