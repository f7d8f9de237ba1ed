#include "lint/compose/repository.hpp"

#include <filesystem>

#include <skillrun/manifest.hpp>

#include "manifest/project_root.hpp"

namespace skillrun::inline v0 {

namespace {

namespace fs = std::filesystem;

}  // namespace

ComposeRepository repository_around(const SourceText& file, const std::string& said_root) {
  std::error_code error;
  const fs::path folder = fs::canonical(file.directory, error);
  if (error) return {};
  const fs::path root = project_root(folder);
  const auto read = [root](const SourceText& from, const std::string& path) -> std::expected<SourcePtr, std::string> {
    std::error_code unknown;
    const fs::path real = fs::path(from.directory) / path;
    // Asked first: a report must not tell which files there are outside of the repository.
    const fs::path target = fs::weakly_canonical(real, unknown);
    if (unknown || !lies_below(target, root)) return std::unexpected("is not a file of the repository");
    if (!leads_inside(real, root)) return std::unexpected("is not there");
    auto source = read_source(real.string());
    if (!source) return std::unexpected(std::move(source.error()));
    // Messages name it as the file that brings it in is named.
    const fs::path name = (fs::path(from.name).parent_path() / path).lexically_normal();
    SourceText text = **source;
    text.name = name.string();
    if (!from.place.empty()) text.place = (fs::path(from.place) / path).lexically_normal().parent_path().string();
    return std::make_shared<const SourceText>(std::move(text));
  };
  return {.read = read, .root = said_root.empty() ? root.string() : said_root};
}

}  // namespace skillrun::inline v0
