#include "policy/rules/support/rule_params.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "policy/places/paths.hpp"
#include "policy/rules/support/image_glob.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

bool covers(const RuleParam& param, std::string_view outer, std::string_view inner) {
  if (param.type == ParamType::images) return image_glob_covers(outer, inner);
  if (param.type == ParamType::paths) return is_within(inner, outer);
  return outer == inner;
}

bool covers(const RuleParam&, const MountRoot& outer, const MountRoot& inner) {
  const bool within =
      outer.path.empty() || inner.path.empty() ? outer.path == inner.path : is_within(inner.path, outer.path);
  return within && (!outer.read_only || inner.read_only);
}

bool covers(const RuleParam&, const PortRange& outer, const PortRange& inner) {
  return outer.protocol == inner.protocol && outer.first <= inner.first && inner.last <= outer.last;
}

std::string text_of(const std::string& word) { return word; }

std::string text_of(const MountRoot& root) {
  const std::string path = root.path.empty() ? std::string(workdir_variable) : root.path;
  return root.read_only ? fmt::format("{{path: \"{}\", mode: ro}}", path) : path;
}

std::string text_of(const PortRange& range) {
  return range.first == range.last ? fmt::format("{}/{}", range.first, range.protocol)
                                   : fmt::format("{}-{}/{}", range.first, range.last, range.protocol);
}

std::string number_text(const RuleParam& param, std::int64_t value) {
  switch (param.type) {
    case ParamType::size:
      for (const auto& [unit, shift] : {std::pair{"GiB", 30}, std::pair{"MiB", 20}, std::pair{"KiB", 10}}) {
        if (value % (std::int64_t{1} << shift) == 0) return fmt::format("{}{}", value >> shift, unit);
      }
      return std::to_string(value);
    case ParamType::cpus: return fmt::format("{}", static_cast<double>(value) / 1e9);
    case ParamType::duration: return fmt::format("{}s", static_cast<double>(value) / 1e9);
    default: return std::to_string(value);
  }
}

/// The first item of `items` that no item of `below` covers.
template <class Item, class Below>
std::optional<std::string> first_uncovered(const RuleParam& param, const Below& below, const std::vector<Item>& items) {
  for (const Item& item : items) {
    const auto holds = [&](const auto& outer) { return covers(param, outer, item); };
    if (std::ranges::none_of(below, holds)) return text_of(item);
  }
  return std::nullopt;
}

/// What a list lets pass beyond `below`.
template <class Item>
std::optional<std::string> widening(const RuleParam& param, const ParamValue* below, const std::vector<Item>& items) {
  if (below != nullptr) return first_uncovered(param, std::get<std::vector<Item>>(*below), items);
  if (param.effect == ParamEffect::narrow) return std::nullopt;  // everything passes while it is not set
  if constexpr (std::is_same_v<Item, std::string>) return first_uncovered(param, param.builtin_words, items);
  if constexpr (std::is_same_v<Item, MountRoot>) return first_uncovered(param, std::vector{MountRoot{}}, items);
  return items.empty() ? std::nullopt : std::optional(text_of(items.front()));
}

}  // namespace

bool RuleParams::has_word(std::string_view name, std::string_view word) const noexcept {
  return std::ranges::find(words(name), word) != words(name).end();
}

bool is_number(ParamType type) noexcept {
  return type == ParamType::size || type == ParamType::count || type == ParamType::cpus || type == ParamType::duration;
}

std::optional<std::string> relaxation(const RuleParam& param, const ParamValue* below, const ParamValue& value) {
  switch (param.effect) {
    case ParamEffect::add: return std::nullopt;
    case ParamEffect::replace: return "a list of its own";
    case ParamEffect::limit: {
      const std::int64_t limit = below != nullptr ? std::get<std::int64_t>(*below) : param.builtin_limit;
      const std::int64_t wanted = std::get<std::int64_t>(value);
      return limit != 0 && wanted > limit ? std::optional(number_text(param, wanted)) : std::nullopt;
    }
    case ParamEffect::narrow:
    case ParamEffect::exempt: break;
  }
  return std::visit(
      [&]<class T>(const T& items) -> std::optional<std::string> {
        if constexpr (std::is_same_v<T, std::int64_t>) {
          return std::nullopt;
        } else {
          return widening(param, below, items);
        }
      },
      value);
}

ParamValue merge(const RuleParam& param, const ParamValue* below, ParamValue value) {
  if (below == nullptr || param.effect != ParamEffect::add) return value;
  auto all = std::get<std::vector<std::string>>(*below);
  for (std::string& word : std::get<std::vector<std::string>>(value)) {
    if (std::ranges::find(all, word) == all.end()) all.push_back(std::move(word));
  }
  return all;
}

std::vector<std::string> texts_of(const RuleParam& param, const ParamValue& value) {
  return std::visit(
      [&]<class T>(const T& items) -> std::vector<std::string> {
        if constexpr (std::is_same_v<T, std::int64_t>) {
          return {number_text(param, items)};
        } else {
          std::vector<std::string> texts;
          for (const auto& item : items) texts.push_back(text_of(item));
          return texts;
        }
      },
      value);
}

}  // namespace skillrun::inline v0
