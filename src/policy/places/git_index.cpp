#include "policy/places/git_index.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace skillrun::inline v0 {

namespace {

constexpr std::string_view signature = "DIRC";
constexpr std::size_t status_size = 40;  ///< of an entry, in front of its hash; the mode stands at 24
constexpr std::size_t mode_offset = 24;
constexpr std::uint32_t type_mask = 0170000;
constexpr std::uint32_t gitlink_type = 0160000;
constexpr std::uint16_t extended_flag = 0x4000;
constexpr std::uint16_t name_length_mask = 0x0fff;

constexpr std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i) number = (number << 8U) | byte_at(bytes, at + i);
  return number;
}

/// Nothing in the file says how long its hashes are: with the wrong length its parts do not end where the file does.
class IndexReader {
 public:
  IndexReader(std::string_view bytes, std::size_t hash_size) : bytes_(bytes), hash_size_(hash_size) {}

  std::optional<GitIndex> read() && {
    if (!bytes_.starts_with(signature) || bytes_.size() < 12 + hash_size_) return std::nullopt;
    version_ = big_endian(bytes_, 4, 4);
    if (version_ < 2 || version_ > 4) return std::nullopt;
    end_ = bytes_.size() - hash_size_;  // a checksum, which git may leave out
    at_ = 12;
    for (std::uint32_t left = big_endian(bytes_, 8, 4); left > 0; --left) {
      if (!read_entry()) return std::nullopt;
    }
    while (at_ < end_) {
      if (!read_extension()) return std::nullopt;
    }
    return std::move(index_);
  }

 private:
  [[nodiscard]] bool has(std::size_t size) const { return size <= end_ - at_; }

  bool read_entry() {
    const std::size_t began = at_;
    if (!has(status_size + hash_size_ + 2)) return false;
    const std::uint32_t mode = big_endian(bytes_, at_ + mode_offset, 4);
    at_ += status_size + hash_size_;
    const auto flags = static_cast<std::uint16_t>(big_endian(bytes_, at_, 2));
    at_ += 2;
    if ((flags & extended_flag) != 0) {
      if (version_ < 3 || !has(2)) return false;
      at_ += 2;
    }
    if (version_ == 4 ? !read_compressed_name() : !read_padded_name(began)) return false;
    if (std::min<std::size_t>(name_.size(), name_length_mask) != (flags & name_length_mask)) return false;
    if ((mode & type_mask) != gitlink_type) return true;
    // An entry of a split index without a name replaces one that only a bitmap tells.
    if (name_.empty()) return false;
    if (index_.gitlinks.empty() || index_.gitlinks.back() != name_) index_.gitlinks.push_back(name_);
    return true;
  }

  bool read_padded_name(std::size_t began) {
    if (!read_text(0)) return false;
    const std::size_t padded = (at_ - began + 7) / 8 * 8;
    if (padded > end_ - began) return false;
    at_ = began + padded;
    return true;
  }

  /// How much of the name before it an entry drops, in the variable width of packs' offsets, and what it adds.
  bool read_compressed_name() {
    std::size_t dropped = 0;
    for (bool first = true, more = true; more; first = false) {
      if (!has(1) || dropped > bytes_.size()) return false;
      const std::uint8_t byte = byte_at(bytes_, at_++);
      more = (byte & 0x80U) != 0;
      dropped = ((first ? 0 : dropped + 1) << 7U) | (byte & 0x7fU);
    }
    return dropped <= name_.size() && read_text(name_.size() - dropped);
  }

  /// Up to a NUL, behind the first `kept` bytes of the name before.
  bool read_text(std::size_t kept) {
    const std::size_t nul = bytes_.find('\0', at_);
    if (nul == std::string_view::npos || nul >= end_) return false;
    name_.resize(kept);
    name_ += bytes_.substr(at_, nul - at_);
    at_ = nul + 1;
    return true;
  }

  bool read_extension() {
    if (!has(8)) return false;
    const std::string_view name = bytes_.substr(at_, 4);
    const std::size_t size = big_endian(bytes_, at_ + 4, 4);
    at_ += 8;
    if (!has(size)) return false;
    // A reader that does not know one whose name begins with a small letter must not read on.
    const bool must_be_known = name[0] < 'A' || name[0] > 'Z';
    if (name == "link" ? !read_link(size) : must_be_known && name != "sdir") return false;
    at_ += size;
    return true;
  }

  bool read_link(std::size_t size) {
    if (size < hash_size_) return false;
    const std::string_view hash = bytes_.substr(at_, hash_size_);
    if (std::ranges::all_of(hash, [](char c) { return c == '\0'; })) return true;
    index_.shared = "sharedindex.";
    for (const char c : hash) index_.shared += fmt::format("{:02x}", static_cast<std::uint8_t>(c));
    return true;
  }

  std::string_view bytes_;
  std::size_t hash_size_;
  std::uint32_t version_ = 0;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::string name_;  ///< of the entry that was read last
  GitIndex index_;
};

}  // namespace

std::optional<GitIndex> read_git_index(std::string_view bytes) {
  auto index = IndexReader(bytes, 20).read();
  return index ? index : IndexReader(bytes, 32).read();
}

}  // namespace skillrun::inline v0
