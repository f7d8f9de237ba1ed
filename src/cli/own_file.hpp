#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "support/unique_fd.hpp"

namespace skillrun::cli {

/// Opens a file that is written to as the program goes on, at its end. The last component must not be a symbolic link,
/// which a skill with a writable folder may have put there, unless it is the name of a descriptor (/dev/stderr,
/// /dev/fd/N), and no pipe, which would block. Nobody that is started inherits it. An error is a sentence.
[[nodiscard]] std::expected<UniqueFd, std::string> open_for_appending(const std::string& path);

/// A file that appears whole or not at all. Its folder is opened at once, so that a wrong path is told before anything
/// runs and nobody exchanges the folder afterwards. The file is made under a name of its own at the very end and then
/// renamed: what a skill has put in its place in the meantime, a link too, is replaced and not written through. Until
/// then there is no file, not even an old one. A descriptor's name or a device is opened at once and written to.
class WholeFile {
 public:
  using Write = std::function<bool(std::string_view)>;

  [[nodiscard]] static std::expected<WholeFile, std::string> open(const std::string& path);

  /// `produce` calls what it is given with each piece, and ends with false when that did. When the file cannot be
  /// written, nothing is left under its name. A file at the path that is another one than was written, because a
  /// folder on the way was exchanged, is an error too.
  [[nodiscard]] std::expected<void, std::string> write(const std::function<bool(const Write&)>& produce);

 private:
  [[nodiscard]] UniqueFd make_temporary(std::string& name) const;

  UniqueFd direct_;
  UniqueFd folder_;
  std::string name_;
  std::string path_;
};

}  // namespace skillrun::cli
