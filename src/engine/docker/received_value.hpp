#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "spec/spec_builder.hpp"
#include "support/json.hpp"

namespace skillrun::inline v0 {

/// What has been read of a create request so far. What no reader has taken in the end is refused (refuse_untaken), at
/// every depth: a member counts as known because somebody read it, never because nobody looked.
struct Reception {
  SpecBuilder& builder;
  std::unordered_set<const json::value*> taken = {};
  std::unordered_set<const json::value*> settled = {};  ///< with everything in them: told as a problem, or nothing
  std::map<const json::object*, std::set<std::string_view>> asked = {};  ///< the members that readers know
};

class ReceivedObject;

/// A value of a create request and its place there. Reading it as something that it is not is a problem at that place;
/// nothing is ever converted. Refers to the document and to the reception, which must outlive it.
class ReceivedValue {
 public:
  ReceivedValue(const json::value& value, std::string pointer, Reception& reception)
      : value_(&value), pointer_(std::move(pointer)), reception_(&reception) {}

  /// With the value as it is written, cut to a readable length.
  [[nodiscard]] Origin origin() const;
  [[nodiscard]] SpecBuilder& builder() const { return reception_->builder; }
  [[nodiscard]] const json::value& value() const { return *value_; }

  [[nodiscard]] std::optional<std::string> text() const;
  /// A whole number that 64 bits hold. 1.0 and 1e3 are none: engines refuse them too.
  [[nodiscard]] std::optional<std::int64_t> number() const;
  [[nodiscard]] std::optional<bool> flag() const;
  [[nodiscard]] std::optional<ReceivedObject> object() const;
  /// The entries of a list, none of which may be null.
  [[nodiscard]] std::vector<ReceivedValue> list() const;
  /// Those of a list of texts.
  [[nodiscard]] std::vector<std::pair<std::string, Origin>> texts() const;

  /// A problem here. Nothing below is looked at any more.
  void problem(std::string_view rule, std::string message, std::string remedy) const;
  void invalid(std::string message, std::string remedy) const {
    problem("invalid-value", std::move(message), std::move(remedy));
  }

 private:
  void expected(std::string_view what) const;

  const json::value* value_;
  std::string pointer_;
  Reception* reception_;
};

/// An object of a create request. Names of members are exact: engines fold their case, so that another spelling of a
/// name that is known here is not known, and refused.
class ReceivedObject {
 public:
  ReceivedObject(const json::object& object, std::string pointer, Reception& reception)
      : object_(&object), pointer_(std::move(pointer)), reception_(&reception) {}

  /// Nothing when it is absent or null, which say the same to an engine. `key` must be a literal.
  [[nodiscard]] std::optional<ReceivedValue> member(std::string_view key) const;
  /// As ReceivedValue's; nothing when it is absent, null or of another type.
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::int64_t number(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key) const;
  [[nodiscard]] std::optional<ReceivedObject> object(std::string_view key) const;
  [[nodiscard]] std::vector<ReceivedValue> list(std::string_view key) const;
  /// Where only nothing may stand: null, false, 0 or an empty text, list or object.
  void nothing(std::string_view key, std::string_view why) const;
  /// The members of an object whose names are anybody's: each is taken, none may be null.
  [[nodiscard]] std::vector<std::pair<std::string, ReceivedValue>> members() const;
  /// Those whose values are texts, as KEY=VALUE for a setter. A key that holds "=" would end somewhere else: a problem.
  [[nodiscard]] std::vector<std::pair<std::string, Origin>> pairs() const;

  /// The origin of a member, whether it is there or not.
  [[nodiscard]] Origin origin_of(std::string_view key) const;
  [[nodiscard]] SpecBuilder& builder() const { return reception_->builder; }

 private:
  const json::object* object_;
  std::string pointer_;
  Reception* reception_;
};

/// True for null, false, 0 and everything empty: the API's way of saying nothing.
[[nodiscard]] bool says_nothing(const json::value& value);

/// A problem for each member below `value` that no reader has taken.
void refuse_untaken(const json::value& value, const std::string& pointer, const Reception& reception);

}  // namespace skillrun::inline v0
