#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <skillrun/policy.hpp>

#include "policy/conditions/field_reference.hpp"
#include "policy/rules/support/rule.hpp"

namespace re2 {
class RE2;
}

namespace skillrun::inline v0 {

struct ValueNode;

/// Addresses that share their first bits. IPv4 is kept as its mapped IPv6 address.
struct Network {
  std::array<std::uint8_t, 16> address{};
  int bits = 0;
};

/// An address, or a network in CIDR notation; nothing for any other text.
[[nodiscard]] std::optional<Network> parse_cidr(std::string_view text);

/// A value of a policy document, in the form of a field's values.
using Literal = std::variant<bool, std::int64_t, std::string>;

/// One operator with its operand.
struct Test {
  enum class Kind : std::uint8_t { exists, equal, match, path_under, path_covers, cidr, lte, gte };

  Kind kind = Kind::exists;
  std::vector<Literal> literals;  ///< equal: any of them; paths: likewise; lte, gte: one number; exists: one boolean
  std::shared_ptr<const re2::RE2> pattern;
  std::vector<Network> networks;
};

/// A condition over a spec, ready to be judged. Trees are as deep as the document nests and no deeper.
struct Condition {
  enum class Kind : std::uint8_t {
    test,  ///< every test holds of the field
    all,
    any,
    none,  ///< of the children
    each_all,
    each_any,
    each_none  ///< of the list's elements, for which the only child is judged
  };

  Kind kind = Kind::all;
  FieldReference field;  ///< test: what is looked at; each_*: the list
  std::vector<Test> tests;
  std::vector<Condition> children;
};

/// A rule that a policy defines.
struct CustomRule {
  std::string id;
  std::optional<Condition> when;
  Condition assertion;
  Severity severity = Severity::error;
  std::string message;
  std::string remedy;
  bool locked = false;
  PolicyOrigin origin;
  std::shared_ptr<const ValueNode> written;  ///< as the document has it
};

/// Reports the places where the rule's assertion fails, if its `when` holds. Linear in the rule's size and the spec's.
/// Allocates nothing unless there is something to report.
void check_custom(const CustomRule& rule, const ContainerSpec& spec, FindingSink& sink);

}  // namespace skillrun::inline v0
