#include "policy/rule_params.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include "policy/image_glob.hpp"
#include "policy/node_reader.hpp"
#include "policy/paths.hpp"
#include "support/text.hpp"

namespace skillrun {

namespace {

constexpr std::string_view workdir_variable = "${SKILL_WORKDIR}";
constexpr std::size_t max_entries = 1000;

std::optional<std::int64_t> read_number(const NodeReader& reader, const RuleParam& param, const ValueNode& node,
                                        const Path& path) {
  if (param.type == ParamType::count) return reader.count(node, path, "a number", 1);
  const auto text = reader.text(node, path);
  if (!text) return std::nullopt;
  const auto positive = [&](auto parsed, auto number) -> std::optional<std::int64_t> {
    if (parsed && number(*parsed) > 0) return number(*parsed);
    reader.invalid(node, path, parsed ? "expected more than 0" : parsed.error().message,
                   "write it as in a manifest's docker table");
    return std::nullopt;
  };
  if (param.type == ParamType::duration) {
    return positive(parse_duration(*text), [](std::chrono::nanoseconds time) { return std::int64_t{time.count()}; });
  }
  if (param.type == ParamType::cpus) return positive(parse_nano_cpus(*text), std::identity());
  return positive(parse_bytes(*text), std::identity());
}

std::optional<std::string> read_word(const NodeReader& reader, const RuleParam& param, const ValueNode& node,
                                     const Path& path) {
  auto word = reader.name(node, path);
  if (!word || param.normalize == nullptr) return word;
  auto normal = param.normalize(*word);
  if (normal) return std::move(*normal);
  reader.invalid(node, path, normal.error().message, "write it as in a manifest's docker table");
  return std::nullopt;
}

std::optional<std::string> read_path(const NodeReader& reader, const ValueNode& node, const Path& path) {
  auto text = reader.name(node, path);
  if (!text) return std::nullopt;
  if (is_clean(*text)) return text;
  reader.invalid(node, path, fmt::format("'{}' is not an absolute, clean path", printable(*text)),
                 "write it starting with /, without \".\", \"..\", repeated or trailing slashes");
  return std::nullopt;
}

/// The first component of a canonical name is its registry: a pattern without one would match nothing.
bool names_registry(std::string_view glob) noexcept {
  const std::string_view first = glob.substr(0, glob.find('/'));
  if (first.starts_with("**")) return true;
  return glob.contains('/') && (first == "localhost" || first.find_first_of(".:*") != std::string_view::npos);
}

std::optional<std::string> read_image_glob(const NodeReader& reader, const ValueNode& node, const Path& path) {
  auto text = reader.name(node, path);
  if (!text) return std::nullopt;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/*[]";
  const auto refuse = [&](std::string message, std::string remedy) {
    reader.invalid(node, path, std::move(message), std::move(remedy));
    return std::nullopt;
  };
  if (text->find_first_not_of(letters) != std::string::npos) {
    return refuse(fmt::format("'{}' is not a pattern of an image's name", printable(*text)),
                  "write registry/repository, with * within a component and ** across; no tag, no digest");
  }
  if (names_registry(*text)) return text;
  return refuse(fmt::format("'{}' names no registry, so it matches no image", *text),
                fmt::format("write docker.io/{}{}", text->contains('/') ? "" : "library/", *text));
}

std::optional<MountRoot> read_root(const NodeReader& reader, const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::table) {
    if (node.kind == NodeKind::string && node.text == workdir_variable) return MountRoot{};
    auto text = read_path(reader, node, path);
    return text ? std::optional(MountRoot{.path = std::move(*text)}) : std::nullopt;
  }
  static constexpr std::string_view keys[] = {"path", "mode"};
  std::optional<MountRoot> root;
  bool read_only = false;
  for (const Member& member : node.members) {
    const Path at(path, member.key);
    if (member.key == keys[0]) {
      if (member.value.kind == NodeKind::table) {
        reader.invalid(member.value, at, "expected a path, found a table", "write the path as text");
      } else {
        root = read_root(reader, member.value, at);
      }
    } else if (member.key == keys[1]) {
      read_only = member.value.text == "ro";
      if (!read_only && member.value.text != "rw") reader.invalid(member.value, at, "unknown mode", "write ro or rw");
    } else {
      report_unknown_key(reader.reporter(), member, path, keys);
    }
  }
  if (find_member(node, keys[0]) == nullptr) reader.missing(node.span, path, keys[0], "name the folder");
  if (root) root->read_only = read_only;
  return root;
}

/// PORT or FIRST-LAST, with /tcp (the default), /udp or /sctp.
std::optional<PortRange> parse_port_range(std::string_view text) {
  PortRange range{.first = 0, .last = 0, .protocol = "tcp"};
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    range.protocol = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  const auto number = [](std::string_view digits) -> std::uint16_t {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc() && end == digits.data() + digits.size() ? port : std::uint16_t{0};
  };
  const std::size_t dash = text.find('-');
  range.first = number(text.substr(0, dash));
  range.last = dash == std::string_view::npos ? range.first : number(text.substr(dash + 1));
  const bool known = range.protocol == "tcp" || range.protocol == "udp" || range.protocol == "sctp";
  if (!known || range.first == 0 || range.last < range.first) return std::nullopt;
  return range;
}

std::optional<PortRange> read_ports(const NodeReader& reader, const ValueNode& node, const Path& path) {
  const auto text = reader.name(node, path);
  if (!text) return std::nullopt;
  auto range = parse_port_range(*text);
  if (!range) {
    reader.invalid(node, path, fmt::format("'{}' is not a port", printable(*text)),
                   "write a host port or range, such as 8080, 8000-8099 or 5353/udp");
  }
  return range;
}

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

std::optional<ParamValue> read_param(const NodeReader& reader, const RuleParam& param, const ValueNode& node,
                                     const Path& path) {
  if (is_number(param.type)) return read_number(reader, param, node, path);
  if (!reader.require_list(node, path)) return std::nullopt;
  if (node.items.size() > max_entries) {
    reader.invalid(node, path, fmt::format("more than {} entries", max_entries), "use patterns, or wider entries");
    return std::nullopt;
  }
  const auto items = [&](auto read) {
    return ParamValue(
        reader.list(node, path, [&](const ValueNode& item, const Path& at) { return read(reader, item, at); }));
  };
  switch (param.type) {
    case ParamType::paths: return items(read_path);
    case ParamType::images: return items(read_image_glob);
    case ParamType::roots: return items(read_root);
    case ParamType::ports: return items(read_ports);
    default:
      return items([&](const NodeReader& with, const ValueNode& item, const Path& at) {
        return read_word(with, param, item, at);
      });
  }
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

}  // namespace skillrun
