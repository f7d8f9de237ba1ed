#include "policy/document/read_param.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>
#include <skillrun/rule.hpp>

#include "policy/places/paths.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

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

std::optional<std::string> read_folder(const NodeReader& reader, const ValueNode& node, const Path& path) {
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

std::optional<std::string> read_image_pattern(const NodeReader& reader, const ValueNode& node, const Path& path) {
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

std::optional<MountRoot> read_mount_root(const NodeReader& reader, const ValueNode& node, const Path& path) {
  if (node.kind != NodeKind::table) {
    if (node.kind == NodeKind::string && node.text == workdir_variable) return MountRoot{};
    auto text = read_folder(reader, node, path);
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
        root = read_mount_root(reader, member.value, at);
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

std::optional<PortRange> read_port_range(const NodeReader& reader, const ValueNode& node, const Path& path) {
  const auto text = reader.name(node, path);
  if (!text) return std::nullopt;
  auto range = parse_port_range(*text);
  if (!range) {
    reader.invalid(node, path, fmt::format("'{}' is not a port", printable(*text)),
                   "write a host port or range, such as 8080, 8000-8099 or 5353/udp");
  }
  return range;
}

}  // namespace

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
    case ParamType::paths: return items(read_folder);
    case ParamType::images: return items(read_image_pattern);
    case ParamType::roots: return items(read_mount_root);
    case ParamType::ports: return items(read_port_range);
    default:
      return items([&](const NodeReader& with, const ValueNode& item, const Path& at) {
        return read_word(with, param, item, at);
      });
  }
}

}  // namespace skillrun::inline v0
