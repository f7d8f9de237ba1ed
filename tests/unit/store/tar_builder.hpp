#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace store_test {

/// Writes tar archives field by field (POSIX.1-2001 pax), so that what no honest tool writes can be written, too.
class TarBuilder {
 public:
  struct Entry {
    std::string path{};
    char type = '0';
    std::string content{};
    std::string target{};
    unsigned mode = 0644;
    unsigned uid = 0;
    unsigned gid = 0;
    long mtime = 1'000'000'000;
    unsigned major = 0;
    unsigned minor = 0;
    std::vector<std::pair<std::string, std::string>> pax{};  ///< records of an extended header before the entry
  };

  TarBuilder& add(const Entry& entry) {
    std::string records;
    for (const auto& [key, value] : entry.pax) records += pax_record(key, value);
    if (!records.empty()) put({.path = "pax", .type = 'x', .content = records});
    put(entry);
    return *this;
  }
  TarBuilder& file(const std::string& path, const std::string& content, unsigned mode = 0644) {
    return add({.path = path, .content = content, .mode = mode});
  }
  TarBuilder& folder(const std::string& path, unsigned mode = 0755) {
    return add({.path = path, .type = '5', .mode = mode});
  }
  TarBuilder& symlink(const std::string& path, const std::string& target) {
    return add({.path = path, .type = '2', .target = target, .mode = 0777});
  }
  TarBuilder& link(const std::string& path, const std::string& target) {
    return add({.path = path, .type = '1', .target = target});
  }
  TarBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }

  /// The archive with the two blocks of zeros that end it.
  [[nodiscard]] std::string bytes() const { return bytes_ + std::string(1024, '\0'); }

 private:
  static std::string pax_record(const std::string& key, const std::string& value) {
    const std::size_t rest = key.size() + value.size() + 3;  // the blank, the equals sign and the line feed
    std::size_t length = rest + 1;
    while (std::to_string(length).size() + rest != length) ++length;
    return std::to_string(length) + " " + key + "=" + value + "\n";
  }

  void put(const Entry& entry) {
    std::array<char, 512> header{};
    const auto text = [&](std::size_t at, std::size_t size, const std::string& value) {
      std::memcpy(header.data() + at, value.data(), std::min(size, value.size()));
    };
    const auto number = [&](std::size_t at, int digits, unsigned long value) {
      std::array<char, 32> field{};
      std::snprintf(field.data(), field.size(), "%0*lo", digits, value);
      text(at, static_cast<std::size_t>(digits), field.data());
    };
    text(0, 100, entry.path);
    number(100, 7, entry.mode);
    number(108, 7, entry.uid);
    number(116, 7, entry.gid);
    number(124, 11, entry.content.size());
    number(136, 11, static_cast<unsigned long>(entry.mtime));
    text(148, 8, "        ");
    header[156] = entry.type;
    text(157, 100, entry.target);
    text(257, 8,
         std::string("ustar\0"
                     "00",
                     8));
    number(329, 7, entry.major);
    number(337, 7, entry.minor);
    unsigned long sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    number(148, 6, sum);
    header[154] = '\0';
    bytes_.append(header.data(), header.size());
    bytes_ += entry.content;
    bytes_.append((512 - entry.content.size() % 512) % 512, '\0');
  }

  std::string bytes_;
};

}  // namespace store_test
