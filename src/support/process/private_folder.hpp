#pragma once

#include <string>
#include <system_error>
#include <vector>

#include "support/process_owner.hpp"

namespace skillrun::inline v0 {

/// A temporary folder that only this user can look into, removed with everything in it. Its name tells which process
/// it belongs to, so that one that was left behind can be told from one in use.
class PrivateFolder {
 public:
  PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder();

  /// Empty when none could be made.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// For mkdtemp(): the name of a folder that says which process it belongs to.
[[nodiscard]] std::string owned_folder_template();

struct FoundFolder {
  std::string path;
  ProcessOwner owner;
};

/// The private folders of this user in the folder for temporary files, by name. What only looks like one (a link, a
/// file, a name of another shape, somebody else's) is none.
[[nodiscard]] std::vector<FoundFolder> find_private_folders();

/// The same in another place.
[[nodiscard]] std::vector<FoundFolder> find_owned_folders(const std::string& place);

/// Removes a folder with everything in it, unless something is mounted there: what is mounted may be anybody's.
[[nodiscard]] std::error_code remove_private_folder(const std::string& path);

}  // namespace skillrun::inline v0
