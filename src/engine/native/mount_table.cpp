#include "engine/native/mount_table.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace skillrun::inline v0 {

namespace {

constexpr bool is_octal(char c) noexcept { return c >= '0' && c <= '7'; }

/// A blank, tab, newline or backslash stands there as three octal digits.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
                        is_octal(text[i + 3]);
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

std::vector<std::string> list_of_options(const std::string& text) {
  std::vector<std::string> options;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) options.push_back(unescaped(part));
  return options;
}

}  // namespace

bool MountEntry::has_option(const std::string& option) const {
  return std::ranges::find(options, option) != options.end();
}

bool MountEntry::has_super_option(const std::string& option) const {
  return std::ranges::find(super_options, option) != super_options.end();
}

std::vector<MountEntry> read_mounts(std::istream& lines) {
  std::vector<MountEntry> entries;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    MountEntry entry;
    std::string parent, device, options, super;
    words >> entry.id >> parent >> device >> entry.root >> entry.point >> options;
    for (std::string tag; words >> tag && tag != "-";) {
      entry.shared = entry.shared || tag.starts_with("shared:");
      entry.receives = entry.receives || tag.starts_with("master:");
    }
    if (!(words >> entry.type >> entry.source)) continue;
    words >> super;
    entry.root = unescaped(entry.root);
    entry.point = unescaped(entry.point);
    entry.source = unescaped(entry.source);
    entry.options = list_of_options(options);
    entry.super_options = list_of_options(super);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<MountEntry> mounts_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/mountinfo");
  return read_mounts(file);
}

}  // namespace skillrun::inline v0
