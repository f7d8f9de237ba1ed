#include "policy/document/read_conditions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include <re2/re2.h>
#include <skillrun/parsing.hpp>

#include "policy/conditions/field_reference.hpp"
#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t max_conditions = 256;  ///< of one rule
constexpr std::size_t max_literals = 1000;
constexpr std::size_t max_pattern = 1000;
constexpr std::int64_t pattern_memory = std::int64_t{1} << 20;

constexpr auto operators = names_of(condition_operators);
constexpr auto forms = [] {
  std::array<std::string_view, condition_forms.size() + 1> words{"field"};
  std::ranges::copy(names_of(condition_forms), words.begin() + 1);
  return words;
}();

class FieldTestReader {
 public:
  FieldTestReader(const NodeReader& reader, const FieldReference& field) : reader_(reader), field_(field) {}

  [[nodiscard]] std::optional<Test> read(std::string_view name, const ValueNode& node, const Path& path) const {
    Test test;
    if (name == "exists") {
      const auto wanted = reader_.boolean(node, path);
      if (!wanted) return std::nullopt;
      test.literals = {*wanted};
      return test;
    }
    const auto type = field_.type();
    if (!type) {
      reader_.invalid(node, path, fmt::format("{} is a list, to which {} does not apply", field_.text, name),
                      fmt::format("ask about its elements: any: {{field: '{}[*]...', {}: ...}}", field_.text, name));
      return std::nullopt;
    }
    if (name == "equals" || name == "in") {
      test.kind = Test::Kind::equal;
      test.literals = literals(*type, name == "in", node, path);
      return test;
    }
    const bool compares = name == "lte" || name == "gte";
    const bool is_number = *type != FieldType::text && *type != FieldType::boolean;
    if (compares ? !is_number : *type != FieldType::text) {
      reader_.invalid(
          node, path,
          fmt::format("{} is for {}, and {} is {}", name, compares ? "numbers" : "texts", field_.text, describe(*type)),
          compares ? "use equals, in or matches" : "use equals, in, lte or gte");
      return std::nullopt;
    }
    if (compares) {
      test.kind = name == "lte" ? Test::Kind::lte : Test::Kind::gte;
      test.literals = literals(*type, false, node, path);
    } else if (name == "matches") {
      test.kind = Test::Kind::match;
      test.pattern = pattern(node, path);
    } else if (name == "cidr") {
      test.kind = Test::Kind::cidr;
      networks(node, path, test.networks);
    } else {
      test.kind = name == "path_under" ? Test::Kind::path_under : Test::Kind::path_covers;
      each(node, path, [&](const ValueNode& item, const Path& at) {
        if (auto root = clean(item, at)) test.literals.emplace_back(std::move(*root));
      });
    }
    return test;
  }

 private:
  /// One value, or a list of them.
  template <class Read>
  void each(const ValueNode& node, const Path& path, Read read) const {
    if (node.kind != NodeKind::array) return read(node, path);
    if (node.items.size() > max_literals) {
      reader_.invalid(node, path, fmt::format("more than {} entries", max_literals), "use a pattern, or fewer entries");
      return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) read(node.items[i], Path(path, i));
  }

  [[nodiscard]] std::vector<Literal> literals(FieldType type, bool many, const ValueNode& node,
                                              const Path& path) const {
    std::vector<Literal> all;
    const auto one = [&](const ValueNode& item, const Path& at) {
      if (auto value = literal(type, item, at)) all.push_back(std::move(*value));
    };
    if (!many) {
      one(node, path);
    } else if (reader_.require_list(node, path)) {
      each(node, path, one);
    }
    return all;
  }

  [[nodiscard]] std::optional<Literal> literal(FieldType type, const ValueNode& node, const Path& path) const {
    if (type == FieldType::boolean) {
      const auto value = reader_.boolean(node, path);
      return value ? std::optional<Literal>(*value) : std::nullopt;
    }
    auto text = reader_.text(node, path);
    if (!text) return std::nullopt;
    if (type == FieldType::text) return std::move(*text);
    const auto number = parse_number(type, *text);
    if (number) return *number;
    reader_.invalid(node, path, fmt::format("expected {}, found '{}'", describe(type), printable(*text)),
                    "write it in that form");
    return std::nullopt;
  }

  static std::optional<std::int64_t> parse_number(FieldType type, const std::string& text) {
    const auto value = [](auto parsed, auto number) {
      return parsed ? std::optional<std::int64_t>(number(*parsed)) : std::nullopt;
    };
    std::int64_t plain = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), plain);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (type == FieldType::number) return whole ? std::optional(plain) : std::nullopt;
    if (whole && plain < 0 && type == FieldType::size) return plain;  // -1: unlimited
    if (type == FieldType::size) return value(parse_bytes(text), std::identity());
    if (type == FieldType::cpus) return value(parse_nano_cpus(text), std::identity());
    return value(parse_duration(text), [](std::chrono::nanoseconds time) { return std::int64_t{time.count()}; });
  }

  [[nodiscard]] std::shared_ptr<const re2::RE2> pattern(const ValueNode& node, const Path& path) const {
    const auto text = reader_.text(node, path);
    if (!text) return nullptr;
    if (text->size() > max_pattern) {
      reader_.invalid(node, path, fmt::format("a pattern of more than {} characters", max_pattern),
                      "use a shorter one");
      return nullptr;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory);
    auto pattern = std::make_shared<const re2::RE2>(*text, options);
    if (pattern->ok()) return pattern;
    reader_.invalid(node, path, fmt::format("not a regular expression of RE2: {}", printable(pattern->error())),
                    "fix the pattern; it must match the whole value");
    return nullptr;
  }

  void networks(const ValueNode& node, const Path& path, std::vector<Network>& all) const {
    each(node, path, [&](const ValueNode& item, const Path& at) {
      const auto text = reader_.text(item, at);
      if (!text) return;
      if (const auto network = parse_cidr(*text)) {
        all.push_back(*network);
      } else {
        reader_.invalid(item, at, fmt::format("'{}' is neither an address nor a network", printable(*text)),
                        "write it as 10.0.0.0/8 or fd00::/8");
      }
    });
  }

  [[nodiscard]] std::optional<std::string> clean(const ValueNode& node, const Path& path) const {
    auto text = reader_.text(node, path);
    if (!text || is_clean(*text)) return text;
    reader_.invalid(node, path, fmt::format("'{}' is not an absolute, clean path", printable(*text)),
                    "write it starting with /, without \".\", \"..\", repeated or trailing slashes");
    return std::nullopt;
  }

  const NodeReader& reader_;
  const FieldReference& field_;
};

class ConditionReader {
 public:
  explicit ConditionReader(const NodeReader& reader) : reader_(reader) {}

  /// `list` is set within `where`: fields are then parts of its elements.
  [[nodiscard]] Condition read(const ValueNode& node, const Path& path, const ListField* list) {
    Condition condition;
    if (++conditions_ == max_conditions + 1) {
      reader_.invalid(node, path, fmt::format("more than {} conditions in one rule", max_conditions),
                      "make several rules of it");
    }
    if (conditions_ > max_conditions || !require_table(reader_.reporter(), node, path)) return condition;
    if (find_member(node, "field") != nullptr) return test(node, path, list, false);
    if (node.members.empty()) reader_.invalid(node, path, "an empty condition", "write field, all, any, none or not");
    for (const Member& member : node.members) {
      const Path at(path, member.key);
      if (member.key == "not") {
        condition.children.push_back(of(Condition::Kind::none, {read(member.value, at, list)}));
      } else if (member.key == "all") {
        condition.children.push_back(several(member.value, at, list, Condition::Kind::all, Condition::Kind::each_all));
      } else if (member.key == "any") {
        condition.children.push_back(several(member.value, at, list, Condition::Kind::any, Condition::Kind::each_any));
      } else if (member.key == "none") {
        condition.children.push_back(
            several(member.value, at, list, Condition::Kind::none, Condition::Kind::each_none));
      } else {
        report_unknown_key(reader_.reporter(), member, path, forms);
      }
    }
    return condition;
  }

 private:
  static Condition of(Condition::Kind kind, std::vector<Condition> children) {
    Condition condition;
    condition.kind = kind;
    condition.children = std::move(children);
    return condition;
  }

  /// A list of conditions, or one about the elements of a list.
  [[nodiscard]] Condition several(const ValueNode& node, const Path& path, const ListField* list, Condition::Kind kind,
                                  Condition::Kind each) {
    if (node.kind != NodeKind::array) {
      if (node.kind == NodeKind::table && list == nullptr) return elements(node, path, each);
      reader_.invalid(node, path, fmt::format("expected a list of conditions, found {}", describe(node)),
                      "write a list: [{field: ..., ...}, ...]");
      return {};
    }
    if (node.items.empty()) reader_.invalid(node, path, "an empty list of conditions", "write at least one");
    Condition condition;
    condition.kind = kind;
    for (std::size_t i = 0; i < node.items.size() && conditions_ <= max_conditions; ++i) {
      condition.children.push_back(read(node.items[i], Path(path, i), list));
    }
    return condition;
  }

  [[nodiscard]] Condition elements(const ValueNode& node, const Path& path, Condition::Kind each) {
    Condition condition;
    condition.kind = each;
    const Member* field = find_member(node, "field");
    if (field == nullptr) {
      reader_.missing(node.span, path, "field", "write a list of conditions, or a field such as mounts[*].source");
      return {};
    }
    const Path at(path, field->key);
    auto name = reader_.name(field->value, at);
    if (!name) return {};
    auto reference = parse_field_reference(*name, nullptr);
    if (!reference) {
      reader_.invalid(field->value, at, std::move(reference.error().message), std::move(reference.error().remedy));
      return {};
    }
    if (!reference->each) {
      reader_.invalid(field->value, at, fmt::format("'{}' is not about the elements of a list", printable(*name)),
                      "write the list with [*], such as mounts[*].source");
      return {};
    }
    condition.field = *reference;
    const ListField* list = reference->list;
    if (const Member* where = find_member(node, "where")) {
      if (reference->part != nullptr && !reference->part->name.empty()) {
        reader_.invalid(where->value, Path(path, where->key), fmt::format("{} is one value", *name),
                        fmt::format("write {}[*] and say the rest in where", list->name));
      }
      for (const Member& member : node.members) {
        if (&member != where && &member != field) {
          reader_.invalid(member.value, Path(path, member.key), fmt::format("{} beside where", printable(member.key)),
                          "say it in where");
        }
      }
      condition.children.push_back(read(where->value, Path(path, where->key), list));
    } else {
      condition.children.push_back(test(node, path, nullptr, true));
    }
    return condition;
  }

  [[nodiscard]] Condition test(const ValueNode& node, const Path& path, const ListField* list, bool each) {
    Condition condition;
    condition.kind = Condition::Kind::test;
    const Member& field = *find_member(node, "field");
    const Path at(path, field.key);
    const auto name = reader_.name(field.value, at);
    if (!name) return {};
    auto reference = parse_field_reference(*name, list);
    if (!reference) {
      reader_.invalid(field.value, at, std::move(reference.error().message), std::move(reference.error().remedy));
      return {};
    }
    if (reference->each != each) {
      reader_.invalid(field.value, at, fmt::format("'{}' is several values", printable(*name)),
                      fmt::format("say for how many: any: {{field: '{}', ...}}, or all, or none", printable(*name)));
      return {};
    }
    if (each && reference->part == nullptr) {
      reader_.invalid(field.value, at, fmt::format("the elements of {} have several parts", reference->list->name),
                      fmt::format("name one, such as {}[*].{}, or write where", reference->list->name,
                                  reference->list->parts.front().name));
      return {};
    }
    condition.field = *reference;
    const FieldTestReader tests(reader_, condition.field);
    for (const Member& member : node.members) {
      if (&member == &field) continue;
      if (std::ranges::find(operators, member.key) == operators.end()) {
        report_unknown_key(reader_.reporter(), member, path, operators);
      } else if (auto one = tests.read(member.key, member.value, Path(path, member.key))) {
        condition.tests.push_back(std::move(*one));
      }
    }
    if (node.members.size() == 1) {
      reader_.invalid(node, path, "a field without an operator", suggest("", operators));
    }
    return condition;
  }

  const NodeReader& reader_;
  std::size_t conditions_ = 0;
};

}  // namespace

Condition read_condition(const NodeReader& reader, const ValueNode& node, const Path& path) {
  return ConditionReader(reader).read(node, path, nullptr);
}

}  // namespace skillrun::inline v0
