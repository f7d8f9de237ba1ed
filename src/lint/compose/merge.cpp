#include "lint/compose/merge.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "lint/compose/service_reader.hpp"
#include "manifest/decode.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

/// Lists that are one value.
constexpr auto single_lists = std::to_array<std::string_view>({"command", "entrypoint", "test"});
/// Lists with one entry for each target in the container.
constexpr auto target_lists = std::to_array<std::string_view>({"volumes", "devices", "secrets", "configs"});

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
  return std::ranges::find(keys, key) != keys.end();
}

/// The part of SOURCE:TARGET[:MODE] that is the target; colons within ${...} part nothing.
std::string_view target_of(std::string_view text) {
  std::array<std::string_view, 2> parts;
  std::size_t count = 0;
  std::size_t begin = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i <= text.size() && count < 2; ++i) {
    if (i < text.size() && text.substr(i).starts_with("${")) ++depth;
    if (i < text.size() && text[i] == '}' && depth > 0) --depth;
    if (i < text.size() && (text[i] != ':' || depth > 0)) continue;
    parts.at(count++) = text.substr(begin, i - begin);
    begin = i + 1;
  }
  return count == 2 ? parts[1] : parts[0];
}

std::string target_of(const ValueNode& entry) {
  if (entry.kind != NodeKind::table) return std::string(target_of(entry.text));
  const std::string target = member_text(entry, "target");
  return target.empty() ? member_text(entry, "source") : target;
}

/// NAME=VALUE of a list is the entry of a table, and the other way round: the list is what both can be.
ValueNode as_list(const ValueNode& node) {
  if (node.kind != NodeKind::table) return node;
  ValueNode list;
  list.kind = NodeKind::array;
  list.span = node.span;
  for (const Member& member : node.members) {
    const bool alone = member.value.kind == NodeKind::null;
    list.items.push_back(string_node(alone ? member.key : fmt::format("{}={}", member.key, member.value.text),
                                     alone ? member.key_span : member.value.span));
  }
  return list;
}

ValueNode merge(std::string_view key, const ValueNode& base, const ValueNode& own);

ValueNode join(std::string_view key, ValueNode base, const ValueNode& own) {
  if (is_one_of(key, target_lists)) {
    std::erase_if(base.items, [&](const ValueNode& entry) {
      return std::ranges::any_of(own.items,
                                 [&](const ValueNode& other) { return target_of(other) == target_of(entry); });
    });
  }
  std::ranges::copy_if(own.items, std::back_inserter(base.items), [&](const ValueNode& entry) {
    return entry.kind == NodeKind::table || entry.text.empty() ||
           std::ranges::none_of(base.items, [&](const ValueNode& known) { return known.text == entry.text; });
  });
  base.span = own.span;
  return base;
}

ValueNode merge_tables(const ValueNode& base, const ValueNode& own) {
  ValueNode merged = base;
  merged.span = own.span;
  for (const Member& member : own.members) {
    const auto known = std::ranges::find(merged.members, member.key, &Member::key);
    if (known == merged.members.end()) {
      merged.members.push_back(member);
    } else {
      known->value = merge(member.key, known->value, member.value);
      known->key_span = member.key_span;
    }
  }
  return merged;
}

ValueNode merge(std::string_view key, const ValueNode& base, const ValueNode& own) {
  if (own.replaces || base.kind == NodeKind::null) return own;
  if (own.kind == NodeKind::null) return base;
  const bool nested = (base.kind == NodeKind::table || base.kind == NodeKind::array) &&
                      (own.kind == NodeKind::table || own.kind == NodeKind::array);
  if (!nested || is_one_of(key, single_lists)) return own;
  if (base.kind == NodeKind::table && own.kind == NodeKind::table) return merge_tables(base, own);
  return join(key, as_list(base), as_list(own));
}

bool is_relative(const std::string& path) {
  return !path.empty() && !path.starts_with('/') && !path.starts_with('~') && !path.starts_with('$') &&
         path.find("://") == std::string::npos;
}

void move(ValueNode& node, const std::string& prefix) {
  if (node.kind == NodeKind::string && is_relative(node.text)) node.text = fmt::format("{}/{}", prefix, node.text);
}

void move_member(ValueNode& table, std::string_view key, const std::string& prefix) {
  const auto member = std::ranges::find(table.members, key, &Member::key);
  if (member != table.members.end()) move(member->value, prefix);
}

/// A path, a table with one, or a list of these.
void move_each(ValueNode& node, std::string_view key, const std::string& prefix) {
  move(node, prefix);
  move_member(node, key, prefix);
  for (ValueNode& item : node.items) move_each(item, key, prefix);
}

/// Of a short form only what begins with a dot is a folder: a name is that of a volume.
void move_volume(ValueNode& volume, const std::string& prefix) {
  const bool folder =
      volume.kind == NodeKind::table ? member_text(volume, "type") == "bind" : volume.text.starts_with('.');
  if (folder) move_each(volume, "source", prefix);
}

void give_place(ValueNode& node, Span place) {
  node.span = place;
  for (ValueNode& item : node.items) give_place(item, place);
  for (Member& member : node.members) {
    member.key_span = place;
    give_place(member.value, place);
  }
}

}  // namespace

ValueNode merge_services(const ValueNode& base, const ValueNode& own) { return merge_tables(base, own); }

void move_service(ValueNode& service, const std::string& prefix, Span place) {
  give_place(service, place);
  if (prefix.empty()) return;
  for (Member& member : service.members) {
    if (member.key == "build") move_each(member.value, "context", prefix);
    if (member.key == "env_file" || member.key == "label_file") move_each(member.value, "path", prefix);
    if (member.key != "volumes") continue;
    for (ValueNode& volume : member.value.items) move_volume(volume, prefix);
  }
}

}  // namespace skillrun::inline v0
