#include "engine/native/store/image_records.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/native/store/blob_store.hpp"
#include "engine/native/store/store_failure.hpp"
#include "engine/typed_answer.hpp"
#include "support/sha256.hpp"
#include "support/strict_json.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::size_t most_record_bytes = std::size_t{1} << 20;

std::unexpected<EngineError> unreadable_record(const std::string& name, std::string_view why) {
  return failure(
      EngineError::Kind::server,
      fmt::format("record '{}' of the image store cannot be read: {}; remove it, and pull the image again", name, why));
}

/// The record's text, or nothing where there is none.
EngineResult<std::optional<std::string>> record_text(int folder, const std::string& name) {
  const UniqueFd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return store_failure(fmt::format("record '{}' of the image store", name), errno);
  std::string text;
  std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return store_failure(fmt::format("record '{}' of the image store", name), errno);
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > most_record_bytes) return unreadable_record(name, "it is too long");
  }
}

/// Calls `read` with the record as an object; nothing where there is none.
template <class Value, class Read>
EngineResult<std::optional<Value>> read_record(int folder, const std::string& name, const Read& read) {
  const auto text = record_text(folder, name);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::nullopt;
  const auto document = parse_strict_json(**text, {.bytes = most_record_bytes});
  if (!document) return unreadable_record(name, document.error().message);
  if (!document->is_object()) return unreadable_record(name, "it is not a JSON object");
  AnswerFault fault;
  Value value = read(TypedAnswer(document->get_object(), "", fault));
  if (fault) return unreadable_record(name, *fault);
  return std::optional<Value>(std::move(value));
}

EngineResult<void> remove_record(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) {
    return store_failure(fmt::format("record '{}' of the image store", name), errno);
  }
  return sync_folder(folder);
}

ImageName read_name(const TypedAnswer& record) {
  return {.name = record.text("name"), .image = sha256_digits(record.text("image")).value_or("")};
}

}  // namespace

std::string stored_name(const ImageReference& reference) {
  ImageReference name = reference;
  if (!name.digest.empty()) name.tag.clear();
  return name.canonical();
}

EngineResult<std::optional<ImageRecord>> ImageRecords::image(const std::string& image) const {
  return read_record<ImageRecord>(store_->images.get(), image, [](const TypedAnswer& record) {
    return ImageRecord{.manifest = sha256_digits(record.text("manifest")).value_or(""),
                       .repo_digests = record.texts("repo_digests")};
  });
}

EngineResult<std::optional<std::string>> ImageRecords::named(const std::string& name) const {
  auto record = read_record<ImageName>(store_->names.get(), sha256(name), read_name);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  if ((*record)->name != name) return unreadable_record(sha256(name), "it is about another name");
  return std::move((*record)->image);
}

EngineResult<std::vector<std::string>> ImageRecords::images() const { return names_in_folder(store_->images.get()); }

EngineResult<std::vector<ImageName>> ImageRecords::names() const {
  const auto files = names_in_folder(store_->names.get());
  if (!files) return std::unexpected(files.error());
  std::vector<ImageName> names;
  for (const std::string& file : *files) {
    auto name = read_record<ImageName>(store_->names.get(), file, read_name);
    if (!name) return std::unexpected(name.error());
    if (*name) names.push_back(std::move(**name));
  }
  std::ranges::sort(names, {}, &ImageName::name);
  return names;
}

EngineResult<void> ImageRecords::put_image(StoreTemporary& temporary, const std::string& image,
                                           const ImageRecord& record) const {
  const json::object text{{"manifest", "sha256:" + record.manifest},
                          {"repo_digests", json::array(record.repo_digests.begin(), record.repo_digests.end())}};
  return put_file(temporary, json::serialize(text), store_->images.get(), image);
}

EngineResult<void> ImageRecords::put_name(StoreTemporary& temporary, const ImageName& name) const {
  const json::object text{{"name", name.name}, {"image", "sha256:" + name.image}};
  return put_file(temporary, json::serialize(text), store_->names.get(), sha256(name.name));
}

EngineResult<void> ImageRecords::remove_image(const std::string& image) const {
  return remove_record(store_->images.get(), image);
}

EngineResult<void> ImageRecords::remove_name(const std::string& name) const {
  return remove_record(store_->names.get(), sha256(name));
}

}  // namespace skillrun::inline v0
