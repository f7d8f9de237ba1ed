#pragma once

#include <expected>
#include <functional>
#include <string>

#include <skillrun/source.hpp>

namespace skillrun::inline v0 {

/// What a Compose file may bring in: files of its repository, and of nowhere else.
struct ComposeRepository {
  /// The text of the file at `path`, which is relative to the folder of the file that names it; otherwise why there is
  /// none, as half a sentence.
  std::function<std::expected<SourcePtr, std::string>(const SourceText& from, const std::string& path)> read;
  std::string root;  ///< absolute; empty where there is none but the file's folder
};

/// The one of this machine's files: what a link leads to outside of the repository is not read. `said_root` is where
/// reports have the repository, if not where it is.
[[nodiscard]] ComposeRepository repository_around(const SourceText& file, const std::string& said_root);

}  // namespace skillrun::inline v0
