#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/json.hpp"

namespace skillrun::inline v0 {

/// "a text", "a list", ...: what a value is, for messages.
[[nodiscard]] std::string_view type_name(const json::value& value);

/// The first member of an answer that is of another type than the engine's API promises; empty while there is none.
using AnswerFault = std::optional<std::string>;

/// An object of an engine's answer whose members decide about confinement, and its place there. A member that is absent
/// or null reads as empty; one of another type does so too, and is noted as the fault, which whoever reads the answer
/// must look at in the end: what cannot be read must never pass for nothing. An entry of a list cannot be null.
/// Refers to the object and to the fault; both must outlive it.
class TypedAnswer {
 public:
  TypedAnswer(const json::object& object, std::string place, AnswerFault& fault)
      : object_(&object), place_(std::move(place)), fault_(&fault) {}

  [[nodiscard]] std::string text(std::string_view key) const;
  /// Whole numbers only, and only those that fit.
  [[nodiscard]] std::int64_t number(std::string_view key) const;
  /// Nothing when absent or null.
  [[nodiscard]] std::optional<std::int64_t> number_if_present(std::string_view key) const;
  /// As number(), but a number beyond what fits, podman's way to say unlimited, is -1.
  [[nodiscard]] std::int64_t limit(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key) const;
  /// Nothing when absent or null.
  [[nodiscard]] std::optional<bool> flag_if_present(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  /// The texts of a list; nothing when it is absent (a null one is empty).
  [[nodiscard]] std::optional<std::vector<std::string>> texts_if_present(std::string_view key) const;
  /// A text as a list of one; a list of texts.
  [[nodiscard]] std::vector<std::string> text_or_texts(std::string_view key) const;
  /// A text; a number as its digits.
  [[nodiscard]] std::string text_or_number(std::string_view key) const;
  /// The texts of the lists of a list, all in one.
  [[nodiscard]] std::vector<std::string> texts_of_lists(std::string_view key) const;
  /// The members of an object of texts; those that are null are left out.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs(std::string_view key) const;
  /// The names of an object's members, whatever they are.
  [[nodiscard]] std::vector<std::string> names(std::string_view key) const;
  [[nodiscard]] std::optional<TypedAnswer> object(std::string_view key) const;
  [[nodiscard]] std::vector<TypedAnswer> objects(std::string_view key) const;
  /// The members of an object of objects; nothing for one that is null.
  [[nodiscard]] std::vector<std::pair<std::string, std::optional<TypedAnswer>>> named_objects(
      std::string_view key) const;
  /// The object as JSON text.
  [[nodiscard]] std::string json() const { return json::serialize(*object_); }

 private:
  /// The member; null when it is absent or null.
  [[nodiscard]] const json::value* present(std::string_view key) const;
  [[nodiscard]] std::string place_of(std::string_view key) const;
  void expected(const std::string& place, const json::value& found, std::string_view what) const;
  [[nodiscard]] const json::object* object_or_fault(const std::string& place, const json::value& value) const;
  [[nodiscard]] const json::array* list_or_fault(const std::string& place, const json::value& value) const;
  void append_text(std::vector<std::string>& to, const std::string& place, const json::value& value) const;
  void append_texts(std::vector<std::string>& to, const std::string& place, const json::value& value) const;
  [[nodiscard]] std::int64_t whole(std::string_view key, const json::value& value) const;

  const json::object* object_;
  std::string place_;  ///< "HostConfig", "Mounts[0]"; empty for the whole answer
  AnswerFault* fault_;
};

}  // namespace skillrun::inline v0
