#include "policy/conditions/condition.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <re2/re2.h>

#include "policy/places/paths.hpp"
#include "policy/rules/support/rule_support.hpp"

namespace skillrun::inline v0 {

namespace {

bool is_equal(const FieldValue& value, const Literal& literal) {
  return std::visit(
      [&]<class T>(const T& wanted) {
        using Held = std::conditional_t<std::is_same_v<T, std::string>, std::string_view, T>;
        const auto* held = std::get_if<Held>(&value);
        return held != nullptr && *held == wanted;
      },
      literal);
}

bool is_in(const Network& address, const Network& network) {
  const int bytes = network.bits / 8;
  const int rest = network.bits % 8;
  if (std::memcmp(address.address.data(), network.address.data(), static_cast<std::size_t>(bytes)) != 0) return false;
  if (rest == 0) return true;
  const auto last = static_cast<std::size_t>(bytes);
  const int mask = 0xff << (8 - rest);
  return ((address.address[last] ^ network.address[last]) & mask) == 0;
}

bool holds(const Test& test, const FieldValue& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  const auto* number = std::get_if<std::int64_t>(&value);
  const auto any_path = [&](auto relation) {
    return text != nullptr && std::ranges::any_of(test.literals, [&](const Literal& literal) {
             return relation(*text, std::get<std::string>(literal));
           });
  };
  switch (test.kind) {
    case Test::Kind::exists:
      return std::get<bool>(test.literals.front()) != std::holds_alternative<std::monostate>(value);
    case Test::Kind::equal:
      return std::ranges::any_of(test.literals, [&](const Literal& literal) { return is_equal(value, literal); });
    case Test::Kind::match: return text != nullptr && re2::RE2::FullMatch({text->data(), text->size()}, *test.pattern);
    case Test::Kind::path_under:
      return any_path([](std::string_view path, std::string_view root) { return is_within(path, root); });
    case Test::Kind::path_covers:
      return any_path([](std::string_view path, std::string_view inner) { return is_within(inner, path); });
    case Test::Kind::cidr: {
      if (text == nullptr) return false;
      const auto address = parse_cidr(*text);
      return address && std::ranges::any_of(test.networks, [&](const Network& network) {
               return network.bits <= address->bits && is_in(*address, network);
             });
    }
    case Test::Kind::lte: return number != nullptr && *number <= std::get<std::int64_t>(test.literals.front());
    case Test::Kind::gte: return number != nullptr && *number >= std::get<std::int64_t>(test.literals.front());
  }
  return false;
}

class Judge {
 public:
  explicit Judge(const ContainerSpec& spec) : spec_(spec) {}

  [[nodiscard]] bool judge(const Condition& condition) {
    const auto child = [&](const Condition& inner) { return judge(inner); };
    switch (condition.kind) {
      case Condition::Kind::test: return test(condition);
      case Condition::Kind::all: return std::ranges::all_of(condition.children, child);
      case Condition::Kind::any: return std::ranges::any_of(condition.children, child);
      case Condition::Kind::none: return std::ranges::none_of(condition.children, child);
      case Condition::Kind::each_all: return count(condition, false, 1) == 0;
      case Condition::Kind::each_any: return count(condition, true, 1) != 0;
      case Condition::Kind::each_none: return count(condition, true, 1) == 0;
    }
    return false;
  }

  /// Calls `report` with the places that keep the condition from being `wanted`, which it is not.
  template <class Report>
  void blame(const Condition& condition, bool wanted, const Report& report) {
    using Kind = Condition::Kind;
    switch (condition.kind) {
      case Kind::test: report(origin(condition.field)); return;
      case Kind::all:
      case Kind::any:
      case Kind::none: {
        // Either each child that is at fault, or, where any of them could have held, the first.
        const bool child_wanted = condition.kind == Kind::none ? !wanted : wanted;
        const bool each = (condition.kind == Kind::any) != wanted;
        for (const Condition& child : condition.children) {
          if (judge(child) == child_wanted) continue;
          blame(child, child_wanted, report);
          if (!each) return;
        }
        if (condition.children.empty()) report(absent(spec_, "docker"));
        return;
      }
      case Kind::each_all:
      case Kind::each_any:
      case Kind::each_none: blame_elements(condition, wanted, report); return;
    }
  }

 private:
  [[nodiscard]] std::size_t size_of(const Condition& condition) const { return condition.field.list->size(spec_); }

  /// How many elements, at most `limit`, for which the child is `wanted`.
  [[nodiscard]] std::size_t count(const Condition& condition, bool wanted, std::size_t limit) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < size_of(condition) && found < limit; ++i) {
      element_ = i;
      found += judge(condition.children.front()) == wanted ? 1U : 0U;
    }
    return found;
  }

  template <class Report>
  void blame_elements(const Condition& condition, bool wanted, const Report& report) {
    const bool child_wanted = (condition.kind == Condition::Kind::each_none) != wanted;
    const bool each = (condition.kind == Condition::Kind::each_any) != wanted;
    const ListField& list = *condition.field.list;
    for (std::size_t i = 0; i < list.size(spec_); ++i) {
      element_ = i;
      if (judge(condition.children.front()) == child_wanted) continue;
      report(list.origin(spec_, i));
      if (!each) return;
    }
    if (list.size(spec_) == 0) report(absent(spec_, "docker." + std::string(list.name)));
  }

  [[nodiscard]] bool test(const Condition& condition) {
    const FieldValue value = value_of(condition.field);
    return std::ranges::all_of(condition.tests, [&](const Test& test) { return holds(test, value); });
  }

  /// The element of labels["key"]: the last one of that key counts.
  [[nodiscard]] std::optional<std::size_t> find_key(const FieldReference& field) const {
    const ListField& list = *field.list;
    const ElementField& key = list.parts[static_cast<std::size_t>(list.key)];
    for (std::size_t i = list.size(spec_); i-- > 0;) {
      if (key.value(spec_, i) == FieldValue(std::string_view(field.key))) return i;
    }
    return std::nullopt;
  }

  [[nodiscard]] FieldValue value_of(const FieldReference& field) {
    if (field.scalar != nullptr) return field.scalar->value(spec_, scratch_);
    if (!field.key.empty()) {
      const auto index = find_key(field);
      return index ? field.part->value(spec_, *index) : FieldValue();
    }
    if (!field.part_key.empty()) return field.part->entry(spec_, element_, field.part_key);
    if (field.part != nullptr) return field.part->value(spec_, element_);
    return field.list->size(spec_) == 0 ? FieldValue() : FieldValue(true);
  }

  [[nodiscard]] Origin origin(const FieldReference& field) const {
    if (field.scalar != nullptr) {
      if (const Origin* origin = field.scalar->origin(spec_)) return *origin;
    } else if (!field.key.empty()) {
      if (const auto index = find_key(field)) return field.list->origin(spec_, *index);
    } else if (field.list->size(spec_) > 0) {
      return field.list->origin(spec_, field.part == nullptr ? 0 : element_);
    }
    return absent(spec_, "docker." + field.text);
  }

  const ContainerSpec& spec_;
  std::size_t element_ = 0;  ///< of the list that is being looked at
  Scratch scratch_;
};

}  // namespace

std::optional<Network> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  std::string_view host = text.substr(0, slash);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (host.size() >= buffer.size()) return std::nullopt;
  std::ranges::copy(host, buffer.begin());
  Network network;
  int shift = 0;
  if (::inet_pton(AF_INET, buffer.data(), network.address.data() + 12) == 1) {
    network.address[10] = network.address[11] = 0xff;
    shift = 96;
  } else if (::inet_pton(AF_INET6, buffer.data(), network.address.data()) != 1) {
    return std::nullopt;
  }
  network.bits = 128;
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits < 0 || bits + shift > 128) {
    return std::nullopt;
  }
  network.bits = bits + shift;
  return network;
}

void check_custom(const CustomRule& rule, const ContainerSpec& spec, FindingSink& sink) {
  Judge judge(spec);
  if (rule.when && !judge.judge(*rule.when)) return;
  if (judge.judge(rule.assertion)) return;
  judge.blame(rule.assertion, true, [&](const Origin& origin) { sink.report(origin, rule.message); });
}

}  // namespace skillrun::inline v0
