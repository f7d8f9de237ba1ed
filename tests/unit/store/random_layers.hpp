#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tar_builder.hpp"

namespace store_test {

/// Makes layers as an engine would write them for random changes of a file system: each names the folders above what
/// it holds, hides only what is there, and says some things twice.
class RandomLayers {
 public:
  explicit RandomLayers(unsigned seed) : random_(seed) {}

  std::string next() {
    TarBuilder tar;
    touched_.clear();
    linkable_.clear();
    const unsigned changes = 3 + below(25);
    for (unsigned i = 0; i < changes; ++i) change(tar);
    return tar.bytes();
  }

 private:
  using Entry = TarBuilder::Entry;

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  std::string name() {
    static const std::vector<std::string> names = {
        "a",
        "b",
        "c",
        "d",
        "usr",
        "bin",
        "\xc3\xbc",
        "u\xcc\x88",
        "latin-\xe9",
        "with space",
        "a-name-that-is-so-long-that-no-field-of-a-header-can-hold-it-" + std::string(120, 'x')};
    return names[below(static_cast<unsigned>(names.size()))];
  }

  std::string new_path() {
    std::string path = name();
    for (unsigned depth = below(3); depth > 0; --depth) path += "/" + name();
    return path;
  }

  bool has_folders_above(const std::string& path) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const auto above = state_.find(path.substr(0, slash));
      if (above != state_.end() && above->second.type != '5') return false;
    }
    return true;
  }

  Entry described(const std::string& path, char type) {
    Entry entry{.path = path, .type = type};
    static const std::vector<unsigned> modes = {0644, 0755, 0600, 04755, 02755, 01777, 0, 0444};
    entry.mode = modes[below(static_cast<unsigned>(modes.size()))];
    entry.uid = below(3) * 1000;
    entry.gid = below(3) * 70'000;
    entry.mtime = static_cast<long>(below(2'000'000'000));
    if (below(4) == 0) entry.pax.emplace_back("mtime", std::to_string(entry.mtime) + ".123456789");
    if ((type == '0' || type == '5') && below(4) == 0)
      entry.pax.emplace_back("SCHILY.xattr.user.x", std::to_string(below(9)));
    if (type == '0' && below(8) == 0) {
      entry.pax.emplace_back("SCHILY.xattr.security.capability",
                             std::string("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
    }
    return entry;
  }

  void emit(TarBuilder& tar, Entry entry) {
    // What does not fit into a header, and what is not ASCII, is said before it.
    if (entry.path.size() > 99) entry.pax.emplace_back("path", entry.path);
    if (entry.target.size() > 99) entry.pax.emplace_back("linkpath", entry.target);
    tar.add(entry);
  }

  void emit_folders_above(TarBuilder& tar, const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string above = path.substr(0, slash);
      const auto known = state_.find(above);
      if (known == state_.end())
        put(tar, described(above, '5'));
      else if (!touched_.contains(above))
        put(tar, known->second);
    }
  }

  void put(TarBuilder& tar, const Entry& entry) {
    emit(tar, entry);
    if (entry.type != '5') forget_below(entry.path);
    state_[entry.path] = entry;
    touched_.insert(entry.path);
    linkable_.erase(entry.path);
  }

  void forget_below(const std::string& path) {
    const auto below_it = [&](const std::string& other) { return other.starts_with(path + "/"); };
    std::erase_if(state_, [&](const auto& known) { return below_it(known.first); });
    std::erase_if(touched_, below_it);
    std::erase_if(linkable_, below_it);
  }

  bool is_touched(const std::string& path) const {
    return touched_.contains(path) || touched_.lower_bound(path + "/") != touched_.lower_bound(path + "0");
  }

  void hide(TarBuilder& tar, bool content) {
    std::vector<std::string> candidates;
    for (const auto& [path, entry] : state_) {
      if (!is_touched(path) && (!content || entry.type == '5')) candidates.push_back(path);
    }
    if (candidates.empty()) return;
    const std::string path = candidates[below(static_cast<unsigned>(candidates.size()))];
    emit_folders_above(tar, path);
    if (content) {
      put(tar, state_.at(path));
      emit(tar, {.path = path + "/.wh..wh..opq"});
      forget_below(path);
      return;
    }
    const std::size_t slash = path.rfind('/');
    emit(tar, {.path = slash == std::string::npos ? ".wh." + path
                                                  : path.substr(0, slash + 1) + ".wh." + path.substr(slash + 1)});
    forget_below(path);
    state_.erase(path);
  }

  void change(TarBuilder& tar) {
    const unsigned kind = below(16);
    if (kind >= 14) return hide(tar, kind == 15);
    const std::string path = new_path();
    if (!has_folders_above(path)) return;
    emit_folders_above(tar, path);
    if (kind < 6) {
      Entry file = described(path, '0');
      file.content.assign(below(3) * below(4000), static_cast<char>('a' + below(26)));
      put(tar, file);
      linkable_.insert(path);
    } else if (kind < 9) {
      put(tar, described(path, '5'));
    } else if (kind == 9) {
      Entry link = described(path, '2');
      link.target = below(2) == 0 ? "/" + new_path() : "../" + name();
      link.mode = 0777;
      link.pax.clear();
      put(tar, link);
    } else if (kind == 10) {
      put(tar, described(path, '6'));
    } else if (kind == 11) {
      Entry device = described(path, below(2) == 0 ? '3' : '4');
      device.major = 1 + below(3);
      device.minor = below(10);
      put(tar, device);
    } else if (!linkable_.empty()) {
      const auto target = std::next(linkable_.begin(), below(static_cast<unsigned>(linkable_.size())));
      if (*target == path || target->starts_with(path + "/")) return;
      Entry link = state_.at(*target);
      link.target = link.path;
      link.path = path;
      link.type = '1';
      link.content.clear();
      put(tar, link);
      state_[path].type = '0';
    }
  }

  std::minstd_rand random_;
  std::map<std::string, Entry> state_;  ///< of all layers so far, one upon the other
  std::set<std::string> touched_;       ///< by the layer that is made
  std::set<std::string> linkable_;
};

}  // namespace store_test
