#include "app/doubted_documents.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "policy/places/paths.hpp"
#include "policy/policy_data.hpp"
#include "run/noted_writes.hpp"
#include "support/text.hpp"

namespace skillrun::app {

namespace fs = std::filesystem;

namespace {

/// Who could have put this entry where it is, or changed it.
const WrittenPlace* writer_of_entry(const std::string& entry, std::span<const WrittenPlace> places) {
  struct stat status{};
  if (::lstat(entry.c_str(), &status) != 0) return nullptr;
  const WallTime changed{std::chrono::seconds(status.st_ctim.tv_sec) +
                         std::chrono::nanoseconds(status.st_ctim.tv_nsec)};
  return writer_of(entry, changed, places);
}

std::string absolute(const std::string& path) {
  std::error_code error;
  fs::path whole = fs::absolute(path, error);
  return error ? path : whole.string();
}

/// The entries that make the path mean what it does: the file, each link on the way to it, and the folder that makes it
/// a project's. All are real places.
std::vector<std::string> entries_of(const std::string& path) {
  const LocalHost host;
  std::vector<std::string> entries = host.links_on(path);
  if (auto real = host.real_path(path)) entries.push_back(std::move(*real));
  const std::string folder = fs::path(path).parent_path().string();
  if (last_component(folder) != ".skillrun") return entries;
  if (auto real = host.real_path(folder)) entries.push_back(std::move(*real));
  return entries;
}

}  // namespace

WrittenDocuments::WrittenDocuments() {
  auto places = all_written_places();
  if (places) {
    places_ = std::move(*places);
  } else {
    unreadable_ = fmt::format(
        "the record of what skills could write, {}/writes.json, cannot be read: {}; remove it if you know that no "
        "skill wrote what you run",
        printable(places.error().folder), places.error().error.message());
  }
}

std::optional<std::string> WrittenDocuments::doubt(const std::string& path) const {
  if (!unreadable_.empty()) return unreadable_;
  for (const std::string& entry : entries_of(path)) {
    const WrittenPlace* writer = writer_of_entry(entry, places_);
    if (writer == nullptr) continue;
    const std::string_view first = writer->end ? "" : "wait for its end, or run `skillrun gc` where it was killed; ";
    return fmt::format(
        "{} changed while the skill '{}' could write there; {}if that was you: touch {}; otherwise remove it",
        entry == path ? "it" : printable(entry), printable(writer->skill), first,
        fs::is_symlink(fs::symlink_status(entry)) ? "-h " + printable(entry) : printable(entry));
  }
  return std::nullopt;
}

void mark_doubted(Discovery& discovery) {
  const WrittenDocuments written;
  for (ManifestCandidate& candidate : discovery.candidates) {
    candidate.doubt = written.doubt(absolute(candidate.path)).value_or("");
  }
}

std::optional<std::string> why_doubted(const Policy& policy) {
  const WrittenDocuments written;
  for (const SourcePtr& document : data_of(policy).documents) {
    if (document->directory.empty()) continue;
    const auto doubt = written.doubt(fmt::format("{}/{}", document->directory, last_component(document->name)));
    if (doubt) return fmt::format("the policy '{}' is not trusted: {}", printable(document->name), *doubt);
  }
  return std::nullopt;
}

std::vector<std::string> deciding_documents(const DiscoveryOptions& options, const Discovery& discovery) {
  std::vector<std::string> documents;
  for (const auto* paths : {&options.explicit_paths, &options.environment_paths}) {
    for (const std::string& path : *paths) {
      std::error_code error;
      std::string whole = absolute(path);
      if (fs::is_directory(path, error) && !whole.ends_with('/')) whole += '/';
      documents.push_back(std::move(whole));
    }
  }
  for (const ManifestCandidate& candidate : discovery.candidates) documents.push_back(absolute(candidate.path));
  return documents;
}

}  // namespace skillrun::app
