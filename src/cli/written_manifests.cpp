#include "cli/written_manifests.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "run/noted_writes.hpp"
#include "support/text.hpp"

namespace skillrun::cli {

namespace fs = std::filesystem;

namespace {

/// Who could have put this entry where it is, or changed it.
const WrittenPlace* writer_of_entry(const fs::path& entry, std::span<const WrittenPlace> places) {
  struct stat status{};
  if (::lstat(entry.c_str(), &status) != 0) return nullptr;
  const WallTime changed{std::chrono::seconds(status.st_ctim.tv_sec) +
                         std::chrono::nanoseconds(status.st_ctim.tv_nsec)};
  return writer_of(entry.string(), changed, places);
}

struct Suspicion {
  std::string path;
  std::string skill;
};

/// The file, what it links to, and the folder that makes it a project's: each could have been put there.
std::optional<Suspicion> suspicion_of(const std::string& manifest, std::span<const WrittenPlace> places) {
  std::error_code error;
  const fs::path path(manifest);
  const fs::path real = fs::canonical(path, error);
  std::vector<fs::path> entries{path, real};
  if (path.parent_path().filename() == ".skillrun") {
    entries.push_back(path.parent_path());
    entries.push_back(fs::canonical(path.parent_path(), error));
  }
  for (const fs::path& entry : entries) {
    if (const WrittenPlace* writer = writer_of_entry(entry, places)) {
      return Suspicion{.path = entry.string(), .skill = writer->skill};
    }
  }
  return std::nullopt;
}

}  // namespace

void leave_out_written(Discovery& discovery) {
  const auto places = all_written_places();
  std::erase_if(discovery.candidates, [&](const ManifestCandidate& candidate) {
    if (candidate.tier != "project") return false;
    if (!places) {
      discovery.warnings.push_back(
          fmt::format("ignored {}: the record of what skills could write, {}/writes.json, can not be read: {}",
                      printable(candidate.path), printable(places.error().folder), places.error().error.message()));
      return true;
    }
    const auto suspicion = suspicion_of(candidate.path, *places);
    if (!suspicion) return false;
    discovery.warnings.push_back(
        fmt::format("ignored {}: {} changed while the skill '{}' could write there; if that was you: touch {}",
                    printable(candidate.path), suspicion->path == candidate.path ? "it" : printable(suspicion->path),
                    printable(suspicion->skill), printable(suspicion->path)));
    return true;
  });
}

}  // namespace skillrun::cli
