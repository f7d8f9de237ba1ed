// The first byte chooses the spelling: volume, --mount or tmpfs. A mount that parses is clean, absolute and complete.
// In capitals the next two bytes say where the value of a variable lies: it stays within one part of the mount.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

#include "spec/mount_tables.hpp"
#include "spec/whole_values.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_clean(const std::string& path) { return path.starts_with('/') && skillrun::clean_path(path) == path; }

void check(const skillrun::Mount& mount) {
  using skillrun::MountType;
  require(is_clean(mount.target) && mount.target != "/");
  require(mount.target.find('\0') == std::string::npos && mount.source.find('\0') == std::string::npos);
  switch (mount.type) {
    case MountType::bind:
      require(is_clean(mount.source));
      require(!mount.nocopy && mount.subpath.empty());
      break;
    case MountType::volume:
      require(mount.source.find('/') == std::string::npos && !mount.create_source);
      require(mount.relabel == skillrun::Relabel::none && mount.propagation == skillrun::Propagation::unset);
      require(mount.subpath.empty() || is_clean('/' + mount.subpath));
      break;
    case MountType::tmpfs:
      require(mount.source.empty() && mount.tmpfs_size.value_or(0) >= 0 && mount.tmpfs_mode.value_or(0) <= 07777);
      break;
  }
}

std::expected<skillrun::Mount, skillrun::ParseError> parse(char spelling, const std::string& text) {
  const skillrun::PathContext paths{"/srv/skills", "/home/me"};
  switch (spelling) {
    case 'v': return skillrun::parse_volume(text, paths);
    case 'm': return skillrun::parse_mount(text, paths);
    default: return skillrun::parse_tmpfs(text);
  }
}

std::expected<skillrun::Mount, skillrun::ParseError> parse_whole(char spelling, const std::string& whole) {
  const skillrun::PathContext paths{"/srv/skills", "/home/me"};
  switch (spelling) {
    case 'V': return skillrun::read_volume(whole, paths);
    case 'M': return skillrun::read_mount_record(whole, paths);
    default: return skillrun::read_tmpfs(whole);
  }
}

/// The same text with a value in it, of which no byte parts the mount.
void check_value(char spelling, const std::string& text, std::size_t begin, std::size_t size) {
  const bool plain =
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
  if (!plain || begin > text.size()) return;
  const std::size_t end = std::min(begin + size, text.size());
  const skillrun::Expansion variable{.variable = "V", .begin = begin, .end = end};
  const std::string whole = skillrun::with_values_whole(text, {&variable, 1});
  const std::string_view value = std::string_view(text).substr(begin, end - begin);
  require(skillrun::as_it_was(whole) == text);
  const auto mount = parse_whole(spelling, whole);
  if (mount) check(*mount);
  const bool parts = value.find_first_of(":,\"=") != std::string_view::npos;
  const auto as_text = parse(static_cast<char>(spelling - 'A' + 'a'), text);
  if (!parts) require(mount.has_value() == as_text.has_value());
  require(mount || !mount.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  if (size > 3 && data[0] >= 'A' && data[0] <= 'Z') {
    check_value(static_cast<char>(data[0]), std::string(data + 3, data + size), data[1], data[2]);
    return 0;
  }
  const auto mount = parse(static_cast<char>(data[0]), std::string(data + 1, data + size));
  if (mount) {
    check(*mount);
  } else {
    require(!mount.error().message.empty());
  }
  return 0;
}
