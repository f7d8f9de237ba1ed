#include "engine/native/store/unpack_layer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <clocale>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "engine/native/store/layer_stream.hpp"
#include "engine/native/store/store_failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view opaque_whiteout = ".wh..wh..opq";
constexpr std::array aufs_names{".wh..wh.aufs"sv, ".wh..wh.orph"sv, ".wh..wh.plnk"sv};

/// How many bytes are written between two looks at the room that is left.
constexpr std::uint64_t between_looks = std::uint64_t{16} << 20;

/// libarchive converts names to the thread's locale, and by way of Unicode's normal forms: a name could become another,
/// two names one. From "C" it cannot convert anything but ASCII, and gives the bytes as they are.
class PlainLocale {
 public:
  PlainLocale() : plain_(::newlocale(LC_ALL_MASK, "C", nullptr)), before_(::uselocale(plain_)) {}
  PlainLocale(const PlainLocale&) = delete;
  PlainLocale& operator=(const PlainLocale&) = delete;
  ~PlainLocale() {
    ::uselocale(before_);
    ::freelocale(plain_);
  }

 private:
  locale_t plain_;
  locale_t before_;
};

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

struct FreeReader {
  void operator()(archive* reader) const noexcept { ::archive_read_free(reader); }
};

enum class AttributeUse : std::uint8_t { set, leave_out, refuse };

AttributeUse use_of_attribute(std::string_view name) {
  if (name.starts_with("user.overlay.") || name.starts_with("trusted.overlay.")) return AttributeUse::refuse;
  if (name.starts_with("user.")) return AttributeUse::set;
  for (const auto known : {"security.capability"sv, "system.posix_acl_access"sv, "system.posix_acl_default"sv}) {
    if (name == known) return AttributeUse::set;
  }
  for (const auto foreign : {"security.selinux"sv, "security.ima"sv, "security.evm"sv, "system.nfs4_acl"sv}) {
    if (name == foreign) return AttributeUse::leave_out;
  }
  return name.starts_with("trusted.") ? AttributeUse::leave_out : AttributeUse::refuse;
}

class LayerUnpacking {
 public:
  LayerUnpacking(LayerStream& stream, int folder, const UnpackRules& rules)
      : stream_(stream), folder_(folder), limits_(rules.limits), tree_(folder, rules.marks) {}

  EngineResult<std::uint64_t> run();

 private:
  static la_ssize_t give(archive* reader, void* self, const void** bytes);

  EngineResult<void> entry(archive_entry* entry);
  EngineResult<void> whiteout(const LayerPath& path);
  EngineResult<void> content(const LayerPath& path, archive_entry* entry, const EntryMetadata& metadata);
  EngineResult<EntryMetadata> metadata_of(const LayerPath& path, archive_entry* entry) const;
  EngineResult<void> look_at_room(std::uint64_t written);
  [[nodiscard]] std::unexpected<EngineError> reader_failure();

  LayerStream& stream_;
  int folder_;
  const UnpackLimits& limits_;
  LayerTree tree_;
  std::unique_ptr<archive, FreeReader> reader_{::archive_read_new()};
  std::optional<EngineError> stream_error_;
  std::uint64_t entries_ = 0;
  std::uint64_t since_look_ = between_looks;
};

la_ssize_t LayerUnpacking::give(archive* reader, void* self, const void** bytes) {
  auto& unpacking = *static_cast<LayerUnpacking*>(self);
  auto next = unpacking.stream_.next();
  if (!next) {
    unpacking.stream_error_ = next.error();
    ::archive_set_error(reader, EIO, "the layer cannot be read");
    return -1;
  }
  *bytes = next->data();
  return static_cast<la_ssize_t>(next->size());
}

std::unexpected<EngineError> LayerUnpacking::reader_failure() {
  if (stream_error_) return std::unexpected(*stream_error_);
  const char* words = ::archive_error_string(reader_.get());
  return failure(EngineError::Kind::refused, fmt::format("a layer is not a tar archive that can be read: {}",
                                                         words == nullptr ? "unknown error" : printable(words)));
}

EngineResult<std::uint64_t> LayerUnpacking::run() {
  ::archive_read_support_format_tar(reader_.get());
  ::archive_read_support_format_empty(reader_.get());
  if (::archive_read_open(reader_.get(), this, nullptr, give, nullptr) != ARCHIVE_OK) return reader_failure();
  while (true) {
    archive_entry* found = nullptr;
    const int next = ::archive_read_next_header(reader_.get(), &found);
    if (next == ARCHIVE_EOF) break;
    if (next == ARCHIVE_WARN) {
      // Of names beyond ASCII, see PlainLocale; and of nothing else.
      const std::string words = text_or_empty(::archive_error_string(reader_.get()));
      if (!words.contains("can't be converted")) return reader_failure();
    } else if (next != ARCHIVE_OK) {
      return reader_failure();
    }
    if (++entries_ > limits_.entries) {
      return failure(EngineError::Kind::refused, fmt::format("a layer has more than {} entries", limits_.entries));
    }
    if (auto taken = entry(found); !taken) return std::unexpected(taken.error());
  }
  if (stream_error_) return std::unexpected(*stream_error_);
  if (auto finished = tree_.finish(); !finished) return std::unexpected(finished.error());
  return entries_;
}

EngineResult<void> LayerUnpacking::whiteout(const LayerPath& path) {
  const auto folder = layer_path(path.parent.empty() ? "." : path.parent);
  if (!folder) return std::unexpected(folder.error());
  if (path.name == opaque_whiteout) return tree_.hide_content(*folder);
  const std::string hidden = path.name.substr(whiteout_prefix.size());
  if (hidden.empty() || hidden == "." || hidden == ".." || hidden.starts_with(whiteout_prefix)) {
    return failure(EngineError::Kind::refused,
                   fmt::format("layer entry '{}' is a whiteout of nothing that can be hidden", printable(path.text())));
  }
  return tree_.hide({.parent = path.parent, .name = hidden});
}

EngineResult<void> LayerUnpacking::entry(archive_entry* entry) {
  const auto path = layer_path(text_or_empty(::archive_entry_pathname(entry)));
  if (!path) return std::unexpected(path.error());
  const std::string whole = path->text();
  const std::string_view top = std::string_view(whole).substr(0, whole.find('/'));
  if (std::ranges::find(aufs_names, top) != aufs_names.end()) return {};
  if (path->parent.starts_with(whiteout_prefix) || path->parent.contains("/.wh.")) {
    return failure(EngineError::Kind::refused,
                   fmt::format("layer entry '{}' lies in a whiteout, which is no folder", printable(whole)));
  }
  if (path->name.starts_with(whiteout_prefix)) return whiteout(*path);
  if (const char* target = ::archive_entry_hardlink(entry)) {
    const auto linked = layer_path(target);
    return linked ? tree_.make_link(*path, *linked) : std::unexpected(linked.error());
  }
  const auto metadata = metadata_of(*path, entry);
  if (!metadata) return std::unexpected(metadata.error());
  switch (const mode_t type = ::archive_entry_filetype(entry)) {
    case AE_IFREG: return content(*path, entry, *metadata);
    case AE_IFDIR: return tree_.make_folder(*path, *metadata);
    case AE_IFLNK: return tree_.make_symlink(*path, text_or_empty(::archive_entry_symlink(entry)), *metadata);
    case AE_IFCHR:
    case AE_IFBLK:
    case AE_IFIFO:
    case AE_IFSOCK: {
      auto made = tree_.make_node(*path, type, ::archive_entry_rdev(entry), *metadata);
      const bool covered = top == "dev" && (type == AE_IFCHR || type == AE_IFBLK);
      if (!made && covered && made.error().kind == EngineError::Kind::permission_denied) return {};
      return made;
    }
    default:
      return failure(EngineError::Kind::refused,
                     fmt::format("layer entry '{}' is of an unknown type", printable(whole)));
  }
}

EngineResult<void> LayerUnpacking::content(const LayerPath& path, archive_entry* entry, const EntryMetadata& metadata) {
  const auto file = tree_.make_file(path);
  if (!file) return std::unexpected(file.error());
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  int status = ARCHIVE_OK;
  while ((status = ::archive_read_data_block(reader_.get(), &block, &size, &offset)) == ARCHIVE_OK) {
    if (auto room = look_at_room(size); !room) return room;
    const char* bytes = static_cast<const char*>(block);
    while (size > 0) {
      const ssize_t written = ::pwrite(file->get(), bytes, size, offset);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        return store_failure(fmt::format("layer entry '{}' cannot be written", printable(path.text())), errno);
      }
      bytes += written;
      size -= static_cast<std::size_t>(written);
      offset += written;
    }
  }
  if (status != ARCHIVE_EOF) return reader_failure();
  return tree_.finish_file(file->get(), path, ::archive_entry_size(entry), metadata);
}

EngineResult<EntryMetadata> LayerUnpacking::metadata_of(const LayerPath& path, archive_entry* entry) const {
  const auto wrong = [&](const std::string& why) {
    return failure(EngineError::Kind::refused, fmt::format("layer entry '{}' {}", printable(path.text()), why));
  };
  constexpr la_int64_t no_id = 0xffff'ffff;  // what chown(2) takes for "leave it"
  EntryMetadata metadata;
  metadata.permissions = ::archive_entry_perm(entry) & 07777;
  const la_int64_t uid = ::archive_entry_uid(entry);
  const la_int64_t gid = ::archive_entry_gid(entry);
  if (uid < 0 || uid >= no_id || gid < 0 || gid >= no_id) return wrong("has an owner that no system has");
  metadata.uid = static_cast<uid_t>(uid);
  metadata.gid = static_cast<gid_t>(gid);
  metadata.modified = {.tv_sec = ::archive_entry_mtime(entry), .tv_nsec = ::archive_entry_mtime_nsec(entry)};
  ::archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  std::uint64_t total = 0;
  while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    const std::string attribute = text_or_empty(name);
    const AttributeUse use = use_of_attribute(attribute);
    if (use == AttributeUse::leave_out) continue;
    if (use == AttributeUse::refuse) {
      return wrong(fmt::format("has the extended attribute {}, which an image must not set", printable(attribute)));
    }
    total += attribute.size() + size;
    if (total > limits_.attribute_bytes) {
      return wrong(fmt::format("has more than {} bytes of extended attributes", limits_.attribute_bytes));
    }
    metadata.attributes.emplace_back(attribute, std::string(static_cast<const char*>(value), size));
  }
  return metadata;
}

EngineResult<void> LayerUnpacking::look_at_room(std::uint64_t written) {
  since_look_ += written;
  if (since_look_ < between_looks) return {};
  since_look_ = 0;
  struct statvfs status{};
  if (::fstatvfs(folder_, &status) != 0) return store_failure("the image store's file system", errno);
  if (std::uint64_t{status.f_bavail} * status.f_frsize >= limits_.keep_free) return {};
  return store_failure("a layer cannot be unpacked", ENOSPC);
}

}  // namespace

EngineResult<UnpackedLayer> unpack_layer(int file, int folder, const UnpackRules& rules, const CallWatch& watch) {
  const PlainLocale plain;
  auto stream = LayerStream::open(file, rules.limits.bytes, watch);
  if (!stream) return std::unexpected(stream.error());
  if (::fchmod(folder, 0755) != 0) return store_failure("a layer's folder", errno);
  const auto entries = LayerUnpacking(*stream, folder, rules).run();
  if (!entries) return std::unexpected(entries.error());
  // What stands behind the archive's end belongs to the digest, too.
  while (true) {
    const auto rest = stream->next();
    if (!rest) return std::unexpected(rest.error());
    if (rest->empty()) break;
  }
  return UnpackedLayer{.diff_id = stream->digest(), .entries = *entries};
}

}  // namespace skillrun::inline v0
